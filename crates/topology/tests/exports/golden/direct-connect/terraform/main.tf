# direct-connect, written by linkspan export.
# privateEndpoints/reports-pe (partner) needs from the provider: the id or the alias of privateLinkServices/reports-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls.
# privateEndpoints/reports-pe asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "reports_rg" {
  provider = azurerm.provider
  name     = "reports-rg"
  location = "northcentralus"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_virtual_network" "reports_vnet" {
  provider            = azurerm.provider
  name                = "reports-vnet"
  resource_group_name = azurerm_resource_group.reports_rg.name
  location            = "northcentralus"
  address_space       = ["10.20.0.0/16"]
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_subnet" "reports_vnet_servers" {
  provider             = azurerm.provider
  name                 = "servers"
  resource_group_name  = azurerm_resource_group.reports_rg.name
  virtual_network_name = azurerm_virtual_network.reports_vnet.name
  address_prefixes     = ["10.20.1.0/24"]
}

resource "azurerm_subnet" "reports_vnet_nat" {
  provider                                      = azurerm.provider
  name                                          = "nat"
  resource_group_name                           = azurerm_resource_group.reports_rg.name
  virtual_network_name                          = azurerm_virtual_network.reports_vnet.name
  address_prefixes                              = ["10.20.2.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_private_link_service" "reports_pls" {
  provider                       = azurerm.provider
  name                           = "reports-pls"
  resource_group_name            = azurerm_resource_group.reports_rg.name
  location                       = "northcentralus"
  destination_ip_address         = "10.20.1.10"
  visibility_subscription_ids    = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "direct-connect"
  }

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.reports_vnet_nat.id
    private_ip_address = "10.20.2.4"
  }

  nat_ip_configuration {
    name               = "nat-1"
    primary            = false
    subnet_id          = azurerm_subnet.reports_vnet_nat.id
    private_ip_address = "10.20.2.5"
  }
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "reader_rg" {
  provider = azurerm.partner
  name     = "reader-rg"
  location = "northcentralus"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_virtual_network" "reader_vnet" {
  provider            = azurerm.partner
  name                = "reader-vnet"
  resource_group_name = azurerm_resource_group.reader_rg.name
  location            = "northcentralus"
  address_space       = ["10.20.0.0/16"]
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_subnet" "reader_vnet_work" {
  provider             = azurerm.partner
  name                 = "work"
  resource_group_name  = azurerm_resource_group.reader_rg.name
  virtual_network_name = azurerm_virtual_network.reader_vnet.name
  address_prefixes     = ["10.20.1.0/24"]
}

resource "azurerm_private_dns_zone" "reports_internal_example_com" {
  provider            = azurerm.partner
  name                = "reports.internal.example.com"
  resource_group_name = azurerm_resource_group.reader_rg.name
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "reports_internal_example_com_reader_vnet" {
  provider              = azurerm.partner
  name                  = "reader-vnet"
  resource_group_name   = azurerm_resource_group.reader_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.reports_internal_example_com.name
  virtual_network_id    = azurerm_virtual_network.reader_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_private_endpoint" "reports_pe" {
  provider            = azurerm.partner
  name                = "reports-pe"
  resource_group_name = azurerm_resource_group.reader_rg.name
  location            = "northcentralus"
  subnet_id           = azurerm_subnet.reader_vnet_work.id
  tags = {
    linkspan = "direct-connect"
  }

  private_service_connection {
    name                           = "reports-pe"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_private_link_service.reports_pls.id
  }
}

resource "azurerm_private_dns_a_record" "reports_internal_example_com_apex" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.reader_rg.name
  zone_name           = azurerm_private_dns_zone.reports_internal_example_com.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.reports_pe.private_service_connection[0].private_ip_address,
  ]
}
