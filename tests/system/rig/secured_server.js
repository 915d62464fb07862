// A secured OPC UA server built on node-opcua, which knows one user and only the clients that it trusts.
//
// Usage: node secured_server.js PORT PKI CERTIFICATE KEY PASSWORD. Prints "ready", then a line for each password that
// reaches it. It trusts the certificates in PKI/trusted/certs. Ends when its standard input ends.
"use strict";

const {
  DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, coerceLocalizedText,
} = require("node-opcua");

const [port, pki, certificateFile, privateKeyFile, password] = process.argv.slice(2);

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

async function main() {
  const certificates = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: false });
  await certificates.initialize();
  const server = new OPCUAServer({
    port: Number(port), hostname: "127.0.0.1", alternateHostname: ["127.0.0.1"], resourcePath: "/press",
    certificateFile, privateKeyFile, serverCertificateManager: certificates, userCertificateManager: certificates,
    serverInfo: { applicationUri: "urn:rig:secured", productUri: "urn:rig", applicationName: coerceLocalizedText("Rig") },
    buildInfo: { productName: "Rig", buildNumber: "1", buildDate: new Date() },
    securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [
      SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss,
    ],
    allowAnonymous: false,
    userManager: {
      isValidUser(user, given) {
        console.log(`password of ${user}`);
        return user === "lineside" && given === password;
      },
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const ns = space.registerNamespace("urn:rig:one");
  ns.addVariable({
    organizedBy: space.rootFolder.objects, browseName: "Counter", nodeId: `ns=${ns.index};s=Counter`,
    dataType: DataType.Double, value: { dataType: DataType.Double, value: 5 },
  });
  await server.start();
  console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
