# hub-and-spoke, written by linkspan export.
# privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
# privateEndpoints/Api-PE asks for a connection; the connection is approved at once.

resource "azurerm_resource_group" "partner_resource_group" {
  name     = "Partner"
  location = "westeurope"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_virtual_network" "partner_virtual_network" {
  name                = "Partner"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_subnet" "partner_virtual_network_shop" {
  name                 = "shop"
  resource_group_name  = azurerm_resource_group.partner_resource_group.name
  virtual_network_name = azurerm_virtual_network.partner_virtual_network.name
  address_prefixes     = ["10.0.0.0/24"]
}

resource "azurerm_private_dns_zone" "api1449_azure_api_net" {
  name                = "api1449.azure-api.net"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "api1449_azure_api_net_partner" {
  name                  = "Partner"
  resource_group_name   = azurerm_resource_group.partner_resource_group.name
  private_dns_zone_name = azurerm_private_dns_zone.api1449_azure_api_net.name
  virtual_network_id    = azurerm_virtual_network.partner_virtual_network.id
  registration_enabled  = false
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_private_endpoint" "api_pe" {
  name                = "Api-PE"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.partner_virtual_network_shop.id
  tags = {
    linkspan = "hub-and-spoke"
  }

  private_service_connection {
    name                           = "Api-PE"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS"
  }
}

resource "azurerm_private_dns_a_record" "api1449_azure_api_net_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  zone_name           = azurerm_private_dns_zone.api1449_azure_api_net.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.api_pe.private_service_connection[0].private_ip_address,
  ]
}
