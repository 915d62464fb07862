// The node-opcua client as a peer: subscribe to the N variables of load_server.js and say what it cost.
//
// Usage: node load_client.js PORT N WARM_S WINDOWS. Prints one line of JSON, like tests/bench/acquisition_client.py.
"use strict";

const {
  AttributeIds, CreateMonitoredItemsRequest, MessageSecurityMode, MonitoringMode, OPCUAClient, SecurityPolicy,
  TimestampsToReturn, resolveNodeId,
} = require("node-opcua");

const [port, count, warm_s, windows] = process.argv.slice(2).map(Number);
const PART = 1000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function at(sorted, share) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] : NaN;
}

async function main() {
  const client = OPCUAClient.create({
    endpointMustExist: false, securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None,
  });
  const began = performance.now();
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  const session = await client.createSession();
  const uris = await session.readNamespaceArray();
  const ns = uris.indexOf("urn:load");
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 100, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 600,
    maxNotificationsPerPublish: 0, publishingEnabled: true,
  });
  let changes = 0;
  let late = [];
  const values = new Array(count);
  const live = new Set();
  let all_live = 0;
  // The cheapest that it can do: messages as they were decoded, past its own item objects and their events.
  subscription.on("raw_notification", (message) => {
    for (const note of message.notificationData ?? []) {
      for (const { clientHandle, value } of note.monitoredItems ?? []) {
        if (!all_live) {
          live.add(clientHandle);
          if (live.size === count) all_live = performance.now();
        }
        values[clientHandle] = value.value.value;
        if (changes++ % 8 === 0) late.push(Date.now() - value.sourceTimestamp.getTime());
      }
    }
    message.notificationData = [];
  });
  for (let first = 0; first < count; first += PART) {
    const itemsToCreate = [];
    for (let n = first; n < Math.min(first + PART, count); n++) {
      itemsToCreate.push({
        itemToMonitor: { nodeId: resolveNodeId(`ns=${ns};s=V${n}`), attributeId: AttributeIds.Value },
        monitoringMode: MonitoringMode.Reporting,
        requestedParameters: { clientHandle: n, samplingInterval: 0, discardOldest: true, queueSize: 10 },
      });
    }
    await session.createMonitoredItems(new CreateMonitoredItemsRequest({
      subscriptionId: subscription.subscriptionId, timestampsToReturn: TimestampsToReturn.Both, itemsToCreate,
    }));
  }
  while (!all_live) await sleep(5);
  await sleep(warm_s * 1000);
  const said = { all_live_s: (all_live - began) / 1000, cpu_us: [], per_s: [], share: [], p50_ms: [], p99_ms: [] };
  for (let window = 0; window < windows; window++) {
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
  await session.close(true); // else the server goes on for the next client too
  await client.disconnect();
  console.log(JSON.stringify(said));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
