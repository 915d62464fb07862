// An OPC UA server built on node-opcua with the official PackML and ISA-95 job control nodesets: one filler.
//
// Usage: node packml_server.js PORT. Prints "ready", then "done" after each order; ends with its standard input.
// Namespace urn:packml:plc; Objects/Line/Filler is a PackMLBaseObjectType, Objects/Line/Orders a job order receiver.
"use strict";

const readline = require("node:readline");
const {
  DataType, NodeId, NodeIdType, OPCUAServer, StatusCodes, VariantArrayType, coerceLocalizedText, nodesets,
} = require("node-opcua");

const port = Number(process.argv[2]);
const URI = "urn:packml:plc";
const PACKML = "http://opcfoundation.org/UA/PackML/";
const JOBS = "http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/";
const OPTIONALS = [
  "Status.EquipmentBlocked", "Status.EquipmentStarved", "Status.UnitModeCurrent", "Status.MachSpeed",
  "Status.CurMachSpeed", "Admin.StopReason", "Admin.ProdConsumedCount", "Admin.ProdProcessedCount",
  "Admin.ProdDefectiveCount", "Admin.MachDesignSpeed",
];
let space, pml, job, filler, list;

const at = (...names) => names.reduce((node, name) => node?.getComponentByName(name) ?? node?.getPropertyByName?.(name), filler);
const typed = (name, index, values) => space.constructExtensionObject(space.findDataType(name, index), values);

function put(value, dataType, ...names) {
  const node = at(...names);
  if (!node) throw new Error(`no ${names.join("/")}`);
  const many = Array.isArray(value) ? { arrayType: VariantArrayType.Array } : {};
  node.setValueFromSource({ dataType, value, ...many });
}

const LEVELS = [["BaseStateMachine"], ["BaseStateMachine", "MachineState"],
  ["BaseStateMachine", "MachineState", "ExecuteState"]];

const ORDERS = {
  // the identifiers of the three current states; 0 is a state machine at rest
  state: (ids) => LEVELS.forEach((level, n) => {
    const id = at(...level).getComponentByName("CurrentState").getPropertyByName("Id");
    const value = new NodeId(NodeIdType.NUMERIC, ids[n], pml);
    const rest = { dataType: DataType.NodeId, value: NodeId.nullNodeId };
    if (ids[n]) id.setValueFromSource({ dataType: DataType.NodeId, value });
    else id.setValueFromSource(rest, StatusCodes.BadStateNotActive);
  }),
  count: ([total]) => ["ProdConsumedCount", "ProdProcessedCount", "ProdDefectiveCount"].forEach((name, n) => put(
    [typed("PackMLCountDataType", pml, { ID: 1, name: "a", count: 7, accCount: total + n })],
    DataType.ExtensionObject, "Admin", name)),
  stop: ([id]) => put(
    typed("PackMLAlarmDataType", pml, { ID: id, value: 1, message: "Guard open", category: 2, trigger: true }),
    DataType.ExtensionObject, "Admin", "StopReason"),
  flags: ([blocked, starved, mode]) => {
    put(Boolean(blocked), DataType.Boolean, "Status", "EquipmentBlocked");
    put(Boolean(starved), DataType.Boolean, "Status", "EquipmentStarved");
    put(mode, DataType.Int32, "Status", "UnitModeCurrent");
  },
  speed: ([speed]) => {
    put(speed, DataType.Float, "Status", "CurMachSpeed");
    put(speed + 1, DataType.Float, "Status", "MachSpeed");
    put(speed + 2, DataType.Float, "Admin", "MachDesignSpeed");
  },
  // job orders as NUMBER STATE pairs; each with many of its optional fields
  jobs: (pairs) => {
    const rows = [];
    for (let n = 0; n < pairs.length; n += 2) {
      const order = typed("ISA95JobOrderDataType", job, {
        jobOrderID: `WO-${pairs[n]}`, description: [coerceLocalizedText("0.5 l still")], priority: 3,
        workMasterID: [typed("ISA95WorkMasterDataType", job, { ID: "recipe", description: coerceLocalizedText("r") })],
        startTime: new Date(),
        materialRequirements: [typed("ISA95MaterialDataType", job, { materialLotID: "L-1", quantity: "12.5" })],
      });
      const state = typed("ISA95StateDataType", job, {
        stateText: coerceLocalizedText(STATES[pairs[n + 1]]), stateNumber: pairs[n + 1],
      });
      rows.push(typed("ISA95JobOrderAndStateDataType", job, { jobOrder: order, state: [state] }));
    }
    list.setValueFromSource({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: rows });
  },
};
const STATES = ["", "NotAllowedToStart", "AllowedToStart", "Running", "Interrupted", "Ended", "Aborted"];

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", resourcePath: "/packml", alternateHostname: ["127.0.0.1"],
    nodeset_filename: [nodesets.standard, nodesets.packML, nodesets.isa95JobControl],
    serverInfo: { applicationUri: "urn:packml:server", productUri: URI, applicationName: coerceLocalizedText("Line") },
    buildInfo: { productName: "Line", buildNumber: "1", buildDate: new Date() },
  });
  await server.initialize();
  space = server.engine.addressSpace;
  const ns = space.registerNamespace(URI);
  pml = space.getNamespaceIndex(PACKML);
  job = space.getNamespaceIndex(JOBS);
  const line = ns.addFolder(space.rootFolder.objects, { browseName: "Line", nodeId: `ns=${ns.index};s=Line` });
  filler = space.findObjectType("PackMLBaseObjectType", pml).instantiate({
    browseName: { name: "Filler", namespaceIndex: ns.index }, namespace: ns, nodeId: `ns=${ns.index};s=Filler`,
    organizedBy: line, optionals: OPTIONALS,
  });
  const orders = ns.addObject({ organizedBy: line, browseName: "Orders", nodeId: `ns=${ns.index};s=Orders` });
  list = ns.addVariable({
    componentOf: orders, browseName: { name: "JobOrderList", namespaceIndex: job },
    nodeId: `ns=${ns.index};s=Orders.List`, dataType: space.findDataType("ISA95JobOrderAndStateDataType", job).nodeId,
    valueRank: 1,
  });
  ORDERS.state([71, 75, 36]);
  ORDERS.count([100]);
  ORDERS.stop([0]);
  ORDERS.flags([0, 0, 1]);
  ORDERS.speed([120]);
  ORDERS.jobs([1, 2]);
  await server.start();
  const told = readline.createInterface({ input: process.stdin });
  told.on("line", (text) => {
    const [name, ...given] = text.split(" ");
    ORDERS[name](given.map(Number));
    console.log("done");
  });
  told.on("close", () => process.exit(0));
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
