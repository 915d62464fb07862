// An OPC UA server for load: N variables, each set HZ times a second, a slice of them about every 10 ms.
//
// Usage: node load_server.js JOB, one JSON object: port, items, hz, mixed, and for a secured one pki, certificate, key.
// Prints "ready", then every second how often it set a value; ends when its standard input ends. Lines on that: "rest"
// and it sets nothing until "go"; it begins so if the job says still.
// Variables are s=V0 … of namespace urn:load. Secured means Basic256Sha256 with SignAndEncrypt, nobody signed in.
"use strict";

const readline = require("readline");
const { DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy } = require("node-opcua");

const { port, items: count, hz, mixed, pki, certificate, key, still } = JSON.parse(process.argv[2]);
// Never in step with the publishing interval: that beats, and adds or takes half a slice on everybody's latency.
const slice_ms = () => 5 + 10 * Math.random();
const LATE_MOST = Math.ceil((hz * count) / 10);
const KINDS = [DataType.Double, DataType.Int32, DataType.Float, DataType.Boolean, DataType.UInt16];
const kindOf = (n) => (!mixed ? DataType.Double : n % 50 === 49 ? DataType.String : KINDS[n % KINDS.length]);

const orders = readline.createInterface({ input: process.stdin });
orders.on("close", () => process.exit(0));

function valueOf(kind, turn) {
  if (kind === DataType.Boolean) return turn % 2 === 0;
  if (kind === DataType.String) return `lot ${turn}`;
  return turn % 60000;
}

async function secured() {
  if (!pki) return {};
  const manager = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: false });
  await manager.initialize();
  return {
    certificateFile: certificate, privateKeyFile: key, serverCertificateManager: manager, userCertificateManager: manager,
    securityModes: [MessageSecurityMode.SignAndEncrypt], securityPolicies: [SecurityPolicy.Basic256Sha256],
  };
}

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", alternateHostname: ["127.0.0.1"],
    serverInfo: { applicationUri: "urn:load:server", productUri: "urn:load" },
    serverCapabilities: { maxMonitoredItems: 1e6, maxMonitoredItemsPerSubscription: 1e5, maxMonitoredItemsQueueSize: 1000 },
    ...(await secured()),
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const ns = space.registerNamespace("urn:load");
  const folder = ns.addFolder(space.rootFolder.objects, { browseName: "Load" });
  const variables = [];
  for (let n = 0; n < count; n++) {
    const dataType = kindOf(n);
    variables.push(ns.addVariable({
      componentOf: folder, browseName: `V${n}`, nodeId: `ns=${ns.index};s=V${n}`, dataType,
      minimumSamplingInterval: 0, value: { dataType, value: valueOf(dataType, 0) },
    }));
  }
  await server.start();
  console.log("ready");
  let began = performance.now();
  let done = 0;
  let made = 0;
  let first = 0;
  let going = !still;
  orders.on("line", (word) => {
    going = word === "go";
    began = performance.now();
    first = done;
  });
  const slice = () => {
    const due = going ? first + Math.floor(((performance.now() - began) / 1000) * hz * count) : done;
    done = Math.max(done, due - LATE_MOST); // an overloaded server sets less, it does not fall behind
    for (; done < due; done++, made++) {
      const n = done % count;
      const dataType = kindOf(n);
      variables[n].setValueFromSource({ dataType, value: valueOf(dataType, Math.floor(done / count) + 1) });
    }
    setTimeout(slice, slice_ms());
  };
  slice();
  setInterval(() => console.log(String(made)), 1000);
}

main().catch((error) => { console.error(error); process.exit(1); });
