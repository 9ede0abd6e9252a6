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

resource "azurerm_resource_group" "q" {
  provider = azurerm.provider
  name     = "Q"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_network_security_group" "nsg" {
  provider            = azurerm.provider
  name                = "nsg"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_network_security_group" "other" {
  provider            = azurerm.provider
  name                = "other"
  resource_group_name = azurerm_resource_group.q.name
  location            = "westus2"
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
  provider             = azurerm.provider
  name                 = "nat"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "hub_nat" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.hub_nat.id
  network_security_group_id = azurerm_network_security_group.other.id
}

resource "azurerm_network_interface" "nic" {
  provider            = azurerm.provider
  name                = "nic"
  resource_group_name = azurerm_resource_group.q.name
  location            = "westus2"
  tags = {
    linkspan = "shapes"
  }

  ip_configuration {
    name                          = "one"
    subnet_id                     = azurerm_subnet.hub_nat.id
    private_ip_address_allocation = "Dynamic"
    primary                       = true
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
