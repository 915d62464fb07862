// The node-opcua client as a peer: subscribe to the variables of load_server.js and say what it cost.
//
// Usage: node load_client.js JOB, the JSON object that tests/bench/load.py makes. Prints one line of JSON like
// tests/bench/acquisition_client.py.
"use strict";

const {
  AttributeIds, CreateMonitoredItemsRequest, MessageSecurityMode, MonitoringMode, OPCUACertificateManager, OPCUAClient,
  SecurityPolicy, TimestampsToReturn, resolveNodeId,
} = require("node-opcua");

const { ports, items, warm_s, windows, secured } = JSON.parse(process.argv[2]);
const PART = 1000;
const EVERY = 8; // of how many changes it looks at the latency of one
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const values = new Array(items);
const live = new Set();
let all_live = 0;
let changes = 0;
let late = [];

function at(sorted, share) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] : NaN;
}

// The cheapest that it can do: messages as they were decoded, past its own item objects and their events.
function take(message) {
  for (const note of message.notificationData ?? []) {
    for (const { clientHandle, value } of note.monitoredItems ?? []) {
      if (!all_live) {
        live.add(clientHandle);
        if (live.size === items) all_live = performance.now();
      }
      values[clientHandle] = value.value.value;
      if (changes++ % EVERY === 0) late.push(Date.now() - value.sourceTimestamp.getTime());
    }
  }
  message.notificationData = [];
}

async function options() {
  const plain = { endpointMustExist: false, securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None };
  if (!secured) return plain;
  const manager = new OPCUACertificateManager({ rootFolder: secured.pki, automaticallyAcceptUnknownCertificate: true });
  await manager.initialize();
  return {
    ...plain, securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256,
    certificateFile: secured.certificate, privateKeyFile: secured.key, applicationUri: secured.uri,
    clientCertificateManager: manager,
  };
}

async function subscribe(client, port, first, count) {
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  const session = await client.createSession();
  const ns = (await session.readNamespaceArray()).indexOf("urn:load");
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 100, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 600,
    maxNotificationsPerPublish: 0, publishingEnabled: true,
  });
  subscription.on("raw_notification", take);
  for (let begin = 0; begin < count; begin += PART) {
    const itemsToCreate = [];
    for (let n = begin; n < Math.min(begin + PART, count); n++) {
      itemsToCreate.push({
        itemToMonitor: { nodeId: resolveNodeId(`ns=${ns};s=V${n}`), attributeId: AttributeIds.Value },
        monitoringMode: MonitoringMode.Reporting,
        requestedParameters: { clientHandle: first + n, samplingInterval: 0, discardOldest: true, queueSize: 10 },
      });
    }
    await session.createMonitoredItems(new CreateMonitoredItemsRequest({
      subscriptionId: subscription.subscriptionId, timestampsToReturn: TimestampsToReturn.Both, itemsToCreate,
    }));
  }
  return session;
}

async function measured(said) {
  changes = 0;
  late = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  await sleep(1000);
  const spent = process.cpuUsage(cpu);
  const took_s = (performance.now() - start) / 1000;
  const us = spent.user + spent.system;
  late.sort((one, two) => one - two);
  said.cpu_us.push(us / Math.max(1, changes));
  said.per_s.push(changes / took_s);
  said.share.push(us / took_s / 1e4);
  said.p50_ms.push(at(late, 0.5));
  said.p99_ms.push(at(late, 0.99));
}

async function main() {
  const told = await options();
  const clients = ports.map(() => OPCUAClient.create(told));
  const began = performance.now();
  const count = items / ports.length;
  const sessions = await Promise.all(clients.map((client, place) => subscribe(client, ports[place], place * count, count)));
  while (!all_live) await sleep(5);
  await sleep(warm_s * 1000);
  const said = {
    all_live_s: (all_live - began) / 1000,
    cpu_us: [], per_s: [], share: [], p50_ms: [], p99_ms: [],
  };
  for (let window = 0; window < windows; window++) await measured(said);
  for (const session of sessions) await session.close(true); // else the server goes on for the next client too
  for (const client of clients) await client.disconnect();
  console.log(JSON.stringify(said));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
