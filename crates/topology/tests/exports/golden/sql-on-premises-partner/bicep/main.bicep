// sql-on-premises, written by linkspan export.
// privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
// privateEndpoints/sql-pe asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 11111111-1111-1111-1111-111111111111 --location uksouth --template-file main.bicep
targetScope = 'subscription'

resource reportingRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'reporting-rg'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
}

module reportingRgResources 'reporting-rg.bicep' = {
  name: 'reporting-rg'
  scope: reportingRg
}
