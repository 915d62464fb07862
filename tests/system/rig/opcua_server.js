// An OPC UA server built on node-opcua, as a plant would meet it: a press of another maker.
//
// Usage: node opcua_server.js PORT [--swapped] [--standing] [--full]. Prints "ready", ends when its standard input ends.
// Namespace urn:press:plc with the machine Press1: speed, state, counters, a lot, an array, a UInt64, alarms.
"use strict";

const {
  DataType, OPCUAServer, StatusCodes, Variant, VariantArrayType, makeNodeId, coerceLocalizedText,
} = require("node-opcua");

const port = Number(process.argv[2]);
const swapped = process.argv.includes("--swapped"); // the namespaces' indices exchanged
const standing = process.argv.includes("--standing"); // the alarm is active from the start and stays so
const full = process.argv.includes("--full"); // the alarm can also be confirmed and shelved
const URIS = ["urn:press:plc", "urn:press:other"];

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

function addMachine(space, ns, base) {
  const press = ns.addObject({
    organizedBy: space.rootFolder.objects, browseName: "Press1",
    nodeId: `ns=${ns.index};s=Press1`, eventNotifier: 1,
    eventSourceOf: space.rootFolder.objects.server,
  });
  const status = ns.addObject({ componentOf: press, browseName: "Status", nodeId: `ns=${ns.index};s=Press1.Status` });
  const add = (parent, name, dataType, value, extra = {}) => ns.addVariable({
    componentOf: parent, browseName: name, nodeId: `ns=${ns.index};s=Press1.${name}`, dataType,
    value: { dataType, value, ...extra }, ...(extra.arrayType === VariantArrayType.Array ? { valueRank: 1 } : {}),
  });
  const speed = add(status, "CurMachSpeed", DataType.Float, base);
  add(status, "StateCurrent", DataType.Int32, 6);
  add(press, "Running", DataType.Boolean, true);
  add(press, "Lot", DataType.String, "P-77 <b>\u202e");
  add(press, "Serial", DataType.UInt64, [2097152, 1], { arrayType: VariantArrayType.Scalar }); // 2**53 + 1
  add(press, "Levels", DataType.Double, new Float64Array([10, 20, 30]), { arrayType: VariantArrayType.Array });
  const broken = add(press, "Sensor", DataType.Double, 1);
  broken.setValueFromSource({ dataType: DataType.Double, value: 1 }, StatusCodes.BadSensorFailure);
  ns.addVariable({
    componentOf: press, browseName: "Mode", nodeId: `ns=${ns.index};i=1001`, dataType: DataType.Int32,
    value: { dataType: DataType.Int32, value: 1 },
  });
  let count = 0;
  setInterval(() => speed.setValueFromSource({ dataType: DataType.Float, value: base + (count++ % 90) }), 100);
  return press;
}

function addAlarm(space, ns, press) {
  const level = ns.addVariable({
    componentOf: press, browseName: "Pressure", nodeId: `ns=${ns.index};s=Press1.Pressure`, dataType: DataType.Double,
    value: { dataType: DataType.Double, value: 50 },
  });
  const alarm = ns.instantiateNonExclusiveLimitAlarm("NonExclusiveLimitAlarmType", {
    browseName: "PressureAlarm", nodeId: `ns=${ns.index};s=Press1.PressureAlarm`, componentOf: press,
    conditionSource: press, inputNode: level, lowLowLimit: -100, lowLimit: -50, highLimit: 80, highHighLimit: 95,
    ...(full ? { optionals: ["ConfirmedState", "Confirm", "ShelvingState"] } : {}),
  });
  alarm.setEnabledState(true);
  let high = false;
  if (standing) level.setValueFromSource({ dataType: DataType.Double, value: 90 });
  else setInterval(() => {
    high = !high;
    level.setValueFromSource({ dataType: DataType.Double, value: high ? 90 : 50 });
  }, 1000);
}

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", resourcePath: "/press",
    serverInfo: { applicationUri: "urn:press:server", productUri: "urn:press", applicationName: coerceLocalizedText("Press") },
    buildInfo: { productName: "Press", buildNumber: "1", buildDate: new Date() },
    alternateHostname: ["127.0.0.1"],
    // a small controller: few items a request
    serverCapabilities: {
      operationLimits: { maxMonitoredItemsPerCall: 5, maxNodesPerTranslateBrowsePathsToNodeIds: 2 },
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  for (const uri of swapped ? [...URIS].reverse() : URIS) space.registerNamespace(uri);
  for (const [uri, base] of [[URIS[0], 100], [URIS[1], 500]]) {
    const ns = space.getNamespace(uri);
    const press = addMachine(space, ns, base);
    if (base === 100) addAlarm(space, ns, press);
  }
  space.installAlarmsAndConditionsService();
  await server.start();
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
