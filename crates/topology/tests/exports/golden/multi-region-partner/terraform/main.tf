# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.

resource "azurerm_resource_group" "client_weu_rg" {
  name     = "client-weu-rg"
  location = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_resource_group" "client_neu_rg" {
  name     = "client-neu-rg"
  location = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_virtual_network" "client_weu_vnet" {
  name                = "client-weu-vnet"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  location            = "westeurope"
  address_space       = ["192.168.0.0/17"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "client_weu_vnet_work" {
  name                 = "work"
  resource_group_name  = azurerm_resource_group.client_weu_rg.name
  virtual_network_name = azurerm_virtual_network.client_weu_vnet.name
  address_prefixes     = ["192.168.0.0/24"]
}

resource "azurerm_virtual_network" "client_neu_vnet" {
  name                = "client-neu-vnet"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  location            = "northeurope"
  address_space       = ["192.168.128.0/17"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "client_neu_vnet_work" {
  name                 = "work"
  resource_group_name  = azurerm_resource_group.client_neu_rg.name
  virtual_network_name = azurerm_virtual_network.client_neu_vnet.name
  address_prefixes     = ["192.168.128.0/24"]
}

resource "azurerm_private_dns_zone" "orders_weu_azure_api_net" {
  name                = "orders-weu.azure-api.net"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone" "orders_neu_azure_api_net" {
  name                = "orders-neu.azure-api.net"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_weu_azure_api_net_client_weu_vnet" {
  name                  = "client-weu-vnet"
  resource_group_name   = azurerm_resource_group.client_weu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_weu_azure_api_net.name
  virtual_network_id    = azurerm_virtual_network.client_weu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_neu_azure_api_net_client_neu_vnet" {
  name                  = "client-neu-vnet"
  resource_group_name   = azurerm_resource_group.client_neu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_neu_azure_api_net.name
  virtual_network_id    = azurerm_virtual_network.client_neu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_endpoint" "pe_weu" {
  name                = "pe-weu"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.client_weu_vnet_work.id
  tags = {
    linkspan = "multi-region"
  }

  private_service_connection {
    name                           = "pe-weu"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu"
  }
}

resource "azurerm_private_endpoint" "pe_neu" {
  name                = "pe-neu"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  location            = "northeurope"
  subnet_id           = azurerm_subnet.client_neu_vnet_work.id
  tags = {
    linkspan = "multi-region"
  }

  private_service_connection {
    name                           = "pe-neu"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu"
  }
}

resource "azurerm_private_dns_a_record" "orders_weu_azure_api_net_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_weu_azure_api_net.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.pe_weu.private_service_connection[0].private_ip_address,
  ]
}

resource "azurerm_private_dns_a_record" "orders_neu_azure_api_net_apex" {
  name                = "@"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_neu_azure_api_net.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.pe_neu.private_service_connection[0].private_ip_address,
  ]
}
