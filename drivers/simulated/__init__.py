"""The simulated packaging plant: real protocol servers over pure, seeded physics.

Owns the machines of the demo plant and the servers that expose them. Must not know the program that reads
them: it is reached only through OPC UA and Modbus TCP.
"""
