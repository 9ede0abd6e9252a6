# scale-set, written by linkspan export.
# privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
# privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.

resource "azurerm_resource_group" "apim" {
  name     = "APIM"
  location = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_virtual_network" "external" {
  name                = "External"
  resource_group_name = azurerm_resource_group.apim.name
  location            = "uksouth"
  address_space       = ["192.168.0.0/16"]
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_subnet" "external_default" {
  name                 = "default"
  resource_group_name  = azurerm_resource_group.apim.name
  virtual_network_name = azurerm_virtual_network.external.name
  address_prefixes     = ["192.168.0.0/24"]
}

resource "azurerm_private_dns_zone" "apim1449_azure_api_net" {
  name                = "apim1449.azure-api.net"
  resource_group_name = azurerm_resource_group.apim.name
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "apim1449_azure_api_net_external" {
  name                  = "External"
  resource_group_name   = azurerm_resource_group.apim.name
  private_dns_zone_name = azurerm_private_dns_zone.apim1449_azure_api_net.name
  virtual_network_id    = azurerm_virtual_network.external.id
  registration_enabled  = false
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_private_endpoint" "apim_pe" {
  name                = "APIM-PE"
  resource_group_name = azurerm_resource_group.apim.name
  location            = "uksouth"
  subnet_id           = azurerm_subnet.external_default.id
  tags = {
    linkspan = "scale-set"
  }

  private_service_connection {
    name                           = "APIM-PE"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS"
  }
}

resource "azurerm_private_dns_a_record" "apim1449_azure_api_net_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.apim.name
  zone_name           = azurerm_private_dns_zone.apim1449_azure_api_net.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.apim_pe.private_service_connection[0].private_ip_address,
  ]
}
