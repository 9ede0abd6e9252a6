# shapes, written by linkspan export.

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

resource "azapi_resource" "q" {
  provider  = azapi.provider
  type      = "Microsoft.Resources/resourceGroups@2024-11-01"
  name      = "Q"
  parent_id = "/subscriptions/22222222-2222-2222-2222-222222222222"
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "nsg" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "nsg"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "other" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "other"
  parent_id = azapi_resource.q.id
  location  = "westus2"
  body = {
    properties = {
      securityRules = []
    }
  }
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
            addressPrefix = "10.0.1.0/24"
            networkSecurityGroup = {
              id = azapi_resource.other.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azapi_resource" "nic" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkInterfaces@2024-03-01"
  name      = "nic"
  parent_id = azapi_resource.q.id
  location  = "westus2"
  body = {
    properties = {
      ipConfigurations = [
        {
          name = "one"
          properties = {
            primary                   = true
            privateIPAllocationMethod = "Dynamic"
            subnet = {
              id = "${azapi_resource.hub.id}/subnets/nat"
            }
          }
        },
      ]
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
