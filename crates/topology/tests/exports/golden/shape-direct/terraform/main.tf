# shapes, written by linkspan export.
# privateEndpoints/NearPE (one) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/NearPE asks for a connection; the connection is approved at once.
# privateEndpoints/FarPE (two) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/FarPE asks for a connection with the request message "from \"two\", it's ${urgent} `now`"; the provider approves the connection by hand.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "p" {
  provider = azurerm.provider
  name     = "P"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "hub" {
  provider            = azurerm.provider
  name                = "Hub"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "hub_nat" {
  provider                                      = azurerm.provider
  name                                          = "nat"
  resource_group_name                           = azurerm_resource_group.p.name
  virtual_network_name                          = azurerm_virtual_network.hub.name
  address_prefixes                              = ["10.0.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet" "hub_sql" {
  provider             = azurerm.provider
  name                 = "sql"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_private_link_service" "sql" {
  provider                       = azurerm.provider
  name                           = "Sql"
  resource_group_name            = azurerm_resource_group.p.name
  location                       = "westus2"
  destination_ip_address         = "10.0.2.4"
  visibility_subscription_ids    = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
  auto_approval_subscription_ids = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "shapes"
  }

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.hub_nat.id
    private_ip_address = "10.0.1.4"
  }

  nat_ip_configuration {
    name               = "nat-1"
    primary            = false
    subnet_id          = azurerm_subnet.hub_nat.id
    private_ip_address = "10.0.1.5"
  }
}

# Subscription one (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "a" {
  provider = azurerm.one
  name     = "A"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "near" {
  provider            = azurerm.one
  name                = "Near"
  resource_group_name = azurerm_resource_group.a.name
  location            = "westus2"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "near_default" {
  provider             = azurerm.one
  name                 = "default"
  resource_group_name  = azurerm_resource_group.a.name
  virtual_network_name = azurerm_virtual_network.near.name
  address_prefixes     = ["10.0.0.0/24"]
}

resource "azurerm_private_endpoint" "near_pe" {
  provider            = azurerm.one
  name                = "NearPE"
  resource_group_name = azurerm_resource_group.a.name
  location            = "westus2"
  subnet_id           = azurerm_subnet.near_default.id
  tags = {
    linkspan = "shapes"
  }

  private_service_connection {
    name                           = "NearPE"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_private_link_service.sql.id
  }
}

# Subscription two (33333333-3333-3333-3333-333333333333)

resource "azurerm_resource_group" "b" {
  provider = azurerm.two
  name     = "B"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "far" {
  provider            = azurerm.two
  name                = "Far"
  resource_group_name = azurerm_resource_group.b.name
  location            = "westus2"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "far_default" {
  provider             = azurerm.two
  name                 = "default"
  resource_group_name  = azurerm_resource_group.b.name
  virtual_network_name = azurerm_virtual_network.far.name
  address_prefixes     = ["10.0.0.0/24"]
}

resource "azurerm_private_endpoint" "far_pe" {
  provider            = azurerm.two
  name                = "FarPE"
  resource_group_name = azurerm_resource_group.b.name
  location            = "westus2"
  subnet_id           = azurerm_subnet.far_default.id
  tags = {
    linkspan = "shapes"
  }

  private_service_connection {
    name                           = "FarPE"
    is_manual_connection           = true
    private_connection_resource_id = azurerm_private_link_service.sql.id
    request_message                = "from \"two\", it's $${urgent} `now`"
  }
}
