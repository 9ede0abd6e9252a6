# direct-connect, written by linkspan export.
# privateEndpoints/reports-pe (partner) needs from the provider: the id or the alias of privateLinkServices/reports-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls.
# privateEndpoints/reports-pe asks for a connection; the connection is approved at once.

resource "azurerm_resource_group" "reader_rg" {
  name     = "reader-rg"
  location = "northcentralus"
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_virtual_network" "reader_vnet" {
  name                = "reader-vnet"
  resource_group_name = azurerm_resource_group.reader_rg.name
  location            = "northcentralus"
  address_space       = ["10.20.0.0/16"]
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_subnet" "reader_vnet_work" {
  name                 = "work"
  resource_group_name  = azurerm_resource_group.reader_rg.name
  virtual_network_name = azurerm_virtual_network.reader_vnet.name
  address_prefixes     = ["10.20.1.0/24"]
}

resource "azurerm_private_dns_zone" "reports_internal_example_com" {
  name                = "reports.internal.example.com"
  resource_group_name = azurerm_resource_group.reader_rg.name
  tags = {
    linkspan = "direct-connect"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "reports_internal_example_com_reader_vnet" {
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
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls"
  }
}

resource "azurerm_private_dns_a_record" "reports_internal_example_com_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.reader_rg.name
  zone_name           = azurerm_private_dns_zone.reports_internal_example_com.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.reports_pe.private_service_connection[0].private_ip_address,
  ]
}
