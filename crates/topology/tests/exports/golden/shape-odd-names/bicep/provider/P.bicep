// What stands in the resource group P.

resource trueVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'true'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'a-b'
        properties: {
          addressPrefix: '10.0.1.0/24'
        }
      }
      {
        name: 'a_b'
        properties: {
          addressPrefix: '10.0.2.0/24'
        }
      }
    ]
  }
}

resource resourceNetworkSecurityGroup 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'resource'
  location: 'westus2'
  tags: {
    bracketed: '[concat(\'x\')]'
    'it\'s \${a} %{b} `c` "d"': '[concat(\'x\')] \${a} %{b} `c` $(d) "e" it\'s \\ end'
    linkspan: 'shapes'
    multi: 'one\ntwo'
  }
  properties: {
    securityRules: [
      {
        name: 'one'
        properties: {
          description: 'say \'hi\' \${hi} `now`, it\'s\n%{if} $(true)'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.0.1.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.0.2.0/24'
          destinationPortRange: '443'
        }
      }
    ]
  }
}
