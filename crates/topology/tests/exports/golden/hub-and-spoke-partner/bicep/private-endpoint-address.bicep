// The private address of a private endpoint, whose NIC is known only once the endpoint is there.
param nic string

resource networkInterface 'Microsoft.Network/networkInterfaces@2024-03-01' existing = {
  name: last(split(nic, '/'))
}

output address string = networkInterface.properties.ipConfigurations[0].properties.privateIPAddress
