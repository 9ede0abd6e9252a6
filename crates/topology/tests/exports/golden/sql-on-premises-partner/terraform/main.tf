# sql-on-premises, written by linkspan export.
# privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
# privateEndpoints/sql-pe asks for a connection; the connection is approved at once.

resource "azurerm_resource_group" "reporting_rg" {
  name     = "reporting-rg"
  location = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_virtual_network" "reporting_vnet" {
  name                = "reporting-vnet"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  location            = "uksouth"
  address_space       = ["10.9.0.0/16"]
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_subnet" "reporting_vnet_work" {
  name                 = "work"
  resource_group_name  = azurerm_resource_group.reporting_rg.name
  virtual_network_name = azurerm_virtual_network.reporting_vnet.name
  address_prefixes     = ["10.9.0.0/24"]
}

resource "azurerm_private_dns_zone" "sql_corp_example_com" {
  name                = "sql.corp.example.com"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "sql_corp_example_com_reporting_vnet" {
  name                  = "reporting-vnet"
  resource_group_name   = azurerm_resource_group.reporting_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.sql_corp_example_com.name
  virtual_network_id    = azurerm_virtual_network.reporting_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_private_endpoint" "sql_pe" {
  name                = "sql-pe"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  location            = "uksouth"
  subnet_id           = azurerm_subnet.reporting_vnet_work.id
  tags = {
    linkspan = "sql-on-premises"
  }

  private_service_connection {
    name                           = "sql-pe"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls"
  }
}

resource "azurerm_private_dns_a_record" "sql_corp_example_com_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  zone_name           = azurerm_private_dns_zone.sql_corp_example_com.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.sql_pe.private_service_connection[0].private_ip_address,
  ]
}
