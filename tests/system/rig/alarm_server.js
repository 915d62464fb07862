// An OPC UA server built on node-opcua that is nothing but alarms, told what to do line by line on its standard input.
//
// Usage: node alarm_server.js PORT ALARMS MACHINES. Prints "ready", then "done" after each order; ends with its input.
// Namespace urn:alarms:plc; machines M0…, each with a State (6); alarms A0… shared out among them, of the standard's
// OffNormalAlarmType with a shelf (at most two minutes), confirmation, suppression and out-of-service.
"use strict";

const RealDate = Date;
let shiftMs = 0; // how far the server's clock is off
global.Date = class extends RealDate {
  constructor(...given) { if (given.length) super(...given); else super(RealDate.now() + shiftMs); }
  static now() { return RealDate.now() + shiftMs; }
};

const readline = require("node:readline");
const { DataType, OPCUAServer, NodeId, Variant, coerceLocalizedText } = require("node-opcua");

const [port, count, machines] = process.argv.slice(2).map(Number);
const URI = "urn:alarms:plc";
const OPTIONALS = ["ConfirmedState", "Confirm", "ShelvingState", "SuppressedState", "OutOfServiceState"];
const alarms = [];
const places = [];
const states = [];
let server;

function build(space, ns) {
  for (let n = 0; n < machines; n++) {
    const machine = ns.addObject({
      organizedBy: space.rootFolder.objects, browseName: `M${n}`, nodeId: `ns=${ns.index};s=M${n}`,
      eventNotifier: 1, eventSourceOf: space.rootFolder.objects.server,
    });
    places.push(machine);
    states.push(ns.addVariable({
      componentOf: machine, browseName: "State", nodeId: `ns=${ns.index};s=M${n}.State`, dataType: DataType.Int32,
      value: { dataType: DataType.Int32, value: 6 },
    }));
  }
  for (let n = 0; n < count; n++) {
    const alarm = ns.instantiateAlarmCondition("AlarmConditionType", {
      browseName: `A${n}`, conditionName: `A${n}`, nodeId: `ns=${ns.index};s=A${n}`,
      componentOf: places[n % machines], conditionSource: places[n % machines],
      inputNode: NodeId.nullNodeId, optionals: OPTIONALS, maxTimeShelved: 120000,
    });
    alarm.setEnabledState(true);
    alarm.shelvingState.setState("Unshelved");
    alarms.push(alarm);
  }
}

function told(alarm, changes = {}) {
  alarm.raiseNewCondition({ severity: 700, message: `${alarm.browseName.name} happened`, retain: true, ...changes });
}

function raise(alarm) {
  alarm.activateAlarm();
  told(alarm);
}

function clear(alarm) {
  const acked = alarm.currentBranch().getAckedState();
  alarm.currentBranch().setActiveState(false);
  told(alarm, { message: "gone", retain: !acked });
}

const ORDERS = {
  raise: ([first, last]) => { for (let n = first; n <= (last ?? first); n++) raise(alarms[n]); },
  clear: ([n]) => clear(alarms[n]),
  // the alarm as it stands goes into a branch of its own, and the condition begins anew
  branch: ([n]) => {
    const branch = alarms[n].createBranch();
    branch.setActiveState(false);
    branch.setAckedState(false);
    branch.setRetain(true);
    branch.setMessage("the occurrence before");
    alarms[n].raiseNewBranchState(branch);
    raise(alarms[n]);
  },
  suppress: ([n, on]) => { alarms[n].currentBranch().setSuppressedState(Boolean(on)); told(alarms[n]); },
  service: ([n, on]) => { // node-opcua has no machinery for this state: the event's field is set
    const fields = alarms[n].currentBranch()._map;
    const name = [...fields.keys()].find((key) => /^outofservicestate.id$/i.test(key)) ?? "outOfServiceState.id";
    fields.set(name, new Variant({ dataType: DataType.Boolean, value: Boolean(on) }));
    told(alarms[n]);
  },
  disable: ([n]) => { alarms[n].setEnabledState(false); },
  tell: ([n]) => told(alarms[n]),
  clock: ([ms]) => { shiftMs = ms; },
  ask: () => server.engine.addressSpace.rootFolder.objects.server.raiseEvent("RefreshRequiredEventType", {}),
  // EVENTS activations, so many every 10 ms, of all alarms in turn
  storm: ([events, at_once]) => new Promise((resolve) => {
    let sent = 0;
    const timer = setInterval(() => {
      for (let n = 0; n < at_once && sent < events; n++) raise(alarms[sent++ % count]);
      if (sent >= events) { clearInterval(timer); resolve(); }
    }, 10);
  }),
};

async function main() {
  server = new OPCUAServer({
    port, hostname: "127.0.0.1", resourcePath: "/alarms", alternateHostname: ["127.0.0.1"],
    serverInfo: { applicationUri: "urn:alarms:server", productUri: URI, applicationName: coerceLocalizedText("Alarms") },
    buildInfo: { productName: "Alarms", buildNumber: "1", buildDate: new Date() },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  build(space, space.registerNamespace(URI));
  space.installAlarmsAndConditionsService();
  await server.start();
  const orders = readline.createInterface({ input: process.stdin });
  orders.on("line", async (line) => {
    const [name, ...given] = line.split(" ");
    await ORDERS[name](given.map(Number));
    console.log("done");
  });
  orders.on("close", () => process.exit(0));
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
