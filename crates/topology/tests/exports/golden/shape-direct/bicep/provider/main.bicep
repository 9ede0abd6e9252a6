// shapes, written by linkspan export.
// privateEndpoints/NearPE (one) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
// privateEndpoints/NearPE asks for a connection; the connection is approved at once.
// privateEndpoints/FarPE (two) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
// privateEndpoints/FarPE asks for a connection with the request message "from \"two\", it's ${urgent} `now`"; the provider approves the connection by hand.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location westus2 --template-file main.bicep
// Deploy in this order: provider/main.bicep, one/main.bicep, two/main.bicep.
targetScope = 'subscription'

resource p 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'P'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}

module pResources 'P.bicep' = {
  name: 'P'
  scope: p
}
