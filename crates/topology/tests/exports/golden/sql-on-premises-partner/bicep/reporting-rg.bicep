// What stands in the resource group reporting-rg.

resource reportingVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'reporting-vnet'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.9.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'work'
        properties: {
          addressPrefix: '10.9.0.0/24'
        }
      }
    ]
  }
}

resource sqlCorpExampleCom 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'sql.corp.example.com'
  location: 'global'
  tags: {
    linkspan: 'sql-on-premises'
  }
}

resource sqlCorpExampleComReportingVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: sqlCorpExampleCom
  name: 'reporting-vnet'
  location: 'global'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    virtualNetwork: {
      id: reportingVnet.id
    }
    registrationEnabled: false
  }
}

resource sqlPe 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'sql-pe'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    subnet: {
      id: '${reportingVnet.id}/subnets/work'
    }
    privateLinkServiceConnections: [
      {
        name: 'sql-pe'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls'
        }
      }
    ]
  }
}

module sqlPeAddress 'private-endpoint-address.bicep' = {
  name: 'address-sqlPe'
  params: {
    nic: sqlPe.properties.networkInterfaces[0].id
  }
}

resource sqlCorpExampleComApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: sqlCorpExampleCom
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: sqlPeAddress.outputs.address
      }
    ]
  }
}
