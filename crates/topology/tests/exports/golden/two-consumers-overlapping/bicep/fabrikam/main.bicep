// two-consumers-overlapping, written by linkspan export.
// privateEndpoints/orders-contoso (contoso) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
// privateEndpoints/orders-contoso asks for a connection; the connection is approved at once.
// privateEndpoints/orders-fabrikam (fabrikam) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
// privateEndpoints/orders-fabrikam asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 33333333-3333-3333-3333-333333333333 --location northeurope --template-file main.bicep
// Deploy in this order: provider/main.bicep, contoso/main.bicep, fabrikam/main.bicep.
targetScope = 'subscription'

resource fabrikamRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'fabrikam-rg'
  location: 'northeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
}

module fabrikamRgResources 'fabrikam-rg.bicep' = {
  name: 'fabrikam-rg'
  scope: fabrikamRg
}
