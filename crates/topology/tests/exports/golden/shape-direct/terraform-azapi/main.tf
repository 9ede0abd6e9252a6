# shapes, written by linkspan export.
# privateEndpoints/NearPE (one) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/NearPE asks for a connection; the connection is approved at once.
# privateEndpoints/FarPE (two) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/FarPE asks for a connection with the request message "from \"two\", it's ${urgent} `now`"; the provider approves the connection by hand.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azapi_resource" "p" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "P"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "hub" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Hub"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "nat"
          properties = {
            addressPrefix                     = "10.0.1.0/24"
            privateLinkServiceNetworkPolicies = "Disabled"
          }
        },
        {
          name = "sql"
          properties = {
            addressPrefix = "10.0.2.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "sql" {
  provider  = azapi.provider
  type      = "Microsoft.Network/privateLinkServices@2024-03-01"
  name      = "Sql"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "nat-0"
          properties = {
            subnet = {
              id = "${azapi_resource.hub.id}/subnets/nat"
            }
            privateIPAddress          = "10.0.1.4"
            privateIPAllocationMethod = "Static"
            primary                   = true
          }
        },
        {
          name = "nat-1"
          properties = {
            subnet = {
              id = "${azapi_resource.hub.id}/subnets/nat"
            }
            privateIPAddress          = "10.0.1.5"
            privateIPAllocationMethod = "Static"
            primary                   = false
          }
        },
      ]
      destinationIPAddress = "10.0.2.4"
      visibility = {
        subscriptions = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
      }
      autoApproval = {
        subscriptions = ["11111111-1111-1111-1111-111111111111"]
      }
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

# Subscription one (11111111-1111-1111-1111-111111111111)

resource "azapi_resource" "a" {
  provider  = azapi.one
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "A"
  parent_id = "/subscriptions/11111111-1111-1111-1111-111111111111"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "near" {
  provider  = azapi.one
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Near"
  parent_id = azapi_resource.a.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "default"
          properties = {
            addressPrefix = "10.0.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "near_pe" {
  provider  = azapi.one
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "NearPE"
  parent_id = azapi_resource.a.id
  location  = "westus2"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.near.id}/subnets/default"
      }
      privateLinkServiceConnections = [
        {
          name = "NearPE"
          properties = {
            privateLinkServiceId = azapi_resource.sql.id
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

# Subscription two (33333333-3333-3333-3333-333333333333)

resource "azapi_resource" "b" {
  provider  = azapi.two
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "B"
  parent_id = "/subscriptions/33333333-3333-3333-3333-333333333333"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "far" {
  provider  = azapi.two
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Far"
  parent_id = azapi_resource.b.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "default"
          properties = {
            addressPrefix = "10.0.0.0/24"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "far_pe" {
  provider  = azapi.two
  type      = "Microsoft.Network/privateEndpoints@2024-03-01"
  name      = "FarPE"
  parent_id = azapi_resource.b.id
  location  = "westus2"
  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.far.id}/subnets/default"
      }
      manualPrivateLinkServiceConnections = [
        {
          name = "FarPE"
          properties = {
            privateLinkServiceId = azapi_resource.sql.id
            requestMessage       = "from \"two\", it's $${urgent} `now`"
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}
