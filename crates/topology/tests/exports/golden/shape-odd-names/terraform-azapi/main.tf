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

resource "azapi_resource" "true_virtual_network" {
  provider  = azapi.provider
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "true"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "a-b"
          properties = {
            addressPrefix = "10.0.1.0/24"
          }
        },
        {
          name = "a_b"
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

resource "azapi_resource" "resource_network_security_group" {
  provider  = azapi.provider
  type      = "Microsoft.Network/networkSecurityGroups@2024-03-01"
  name      = "resource"
  parent_id = azapi_resource.p.id
  location  = "westus2"
  body = {
    properties = {
      securityRules = [
        {
          name = "one"
          properties = {
            description              = "say 'hi' $${hi} `now`, it's\n%%{if} $(true)"
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "10.0.1.0/24"
            sourcePortRange          = "*"
            destinationAddressPrefix = "10.0.2.0/24"
            destinationPortRange     = "443"
          }
        },
      ]
    }
  }
  tags = {
    bracketed                    = "[concat('x')]"
    "it's $${a} %%{b} `c` \"d\"" = "[concat('x')] $${a} %%{b} `c` $(d) \"e\" it's \\ end"
    linkspan                     = "shapes"
    multi                        = "one\ntwo"
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
