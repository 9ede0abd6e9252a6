# shapes, written by linkspan export.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "p" {
  provider = azurerm.provider
  name     = "P"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "true_virtual_network" {
  provider            = azurerm.provider
  name                = "true"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "true_virtual_network_a_b" {
  provider             = azurerm.provider
  name                 = "a-b"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.true_virtual_network.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet" "true_virtual_network_a_b_2" {
  provider             = azurerm.provider
  name                 = "a_b"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.true_virtual_network.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_network_security_group" "resource_network_security_group" {
  provider            = azurerm.provider
  name                = "resource"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  tags = {
    bracketed                    = "[concat('x')]"
    "it's $${a} %%{b} `c` \"d\"" = "[concat('x')] $${a} %%{b} `c` $(d) \"e\" it's \\ end"
    linkspan                     = "shapes"
    multi                        = "one\ntwo"
  }

  security_rule {
    name                       = "one"
    description                = "say 'hi' $${hi} `now`, it's\n%%{if} $(true)"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.0.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.0.2.0/24"
    destination_port_range     = "443"
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

# Subscription two (33333333-3333-3333-3333-333333333333)

resource "azurerm_resource_group" "b" {
  provider = azurerm.two
  name     = "B"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}
