// An OPC UA server built on node-opcua whose values are odd: huge, of unknown structure, bytes; and one that counts.
//
// Usage: node odd_server.js PORT. Prints "ready", ends when its standard input ends. Namespace urn:odd, s=NAME.
"use strict";

const { DataType, OPCUAServer, VariantArrayType, coerceNodeId } = require("node-opcua");
const { OpaqueStructure } = require("node-opcua-extension-object");

const port = Number(process.argv[2]);
const MB = 1024 * 1024;

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

const unknown = () => new OpaqueStructure(coerceNodeId("ns=7;i=9999"), Buffer.from([1, 2, 3, 4, 5]));
const ROWS = {
  Huge: { dataType: DataType.String, value: "<b>".repeat((10 * MB) / 3) },
  Bytes: { dataType: DataType.ByteString, value: Buffer.alloc(MB, 7) },
  Structure: { dataType: DataType.ExtensionObject, value: unknown() },
  Structures: { dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: [unknown(), unknown()] },
  Matrix: {
    dataType: DataType.Double, arrayType: VariantArrayType.Matrix, dimensions: [2, 2], value: new Float64Array(4),
  },
  Hidden: { dataType: DataType.String, value: "a\u0000b\u202ec\u200bd" + "\u0301".repeat(1000) },
  Endless: { dataType: DataType.Double, value: Number.POSITIVE_INFINITY },
};

async function main() {
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", alternateHostname: ["127.0.0.1"],
    serverInfo: { applicationUri: "urn:odd:server", productUri: "urn:odd" },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const ns = space.registerNamespace("urn:odd");
  const add = (name, value, more = {}) => ns.addVariable({
    componentOf: space.rootFolder.objects.server, browseName: name, nodeId: `ns=${ns.index};s=${name}`,
    dataType: value.dataType === DataType.ExtensionObject ? "Structure" : value.dataType, value, ...more,
  });
  for (const [name, value] of Object.entries(ROWS)) {
    const rank = value.arrayType === VariantArrayType.Matrix ? { valueRank: 2, arrayDimensions: [2, 2] }
      : value.arrayType ? { valueRank: 1 } : {};
    add(name, value, rank);
  }
  const counter = add("Counter", { dataType: DataType.Double, value: 0 });
  let turn = 0;
  setInterval(() => counter.setValueFromSource({ dataType: DataType.Double, value: ++turn }), 100);
  await server.start();
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
