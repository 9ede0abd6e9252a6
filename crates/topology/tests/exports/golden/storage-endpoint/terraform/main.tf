# storage-endpoint, written by linkspan export.

resource "azurerm_resource_group" "work" {
  name     = "work"
  location = "westeurope"
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azurerm_virtual_network" "work_vnet" {
  name                = "work-vnet"
  resource_group_name = azurerm_resource_group.work.name
  location            = "westeurope"
  address_space       = ["10.30.0.0/16"]
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azurerm_subnet" "work_vnet_endpoints" {
  name                 = "endpoints"
  resource_group_name  = azurerm_resource_group.work.name
  virtual_network_name = azurerm_virtual_network.work_vnet.name
  address_prefixes     = ["10.30.1.0/24"]
}

resource "azurerm_subnet" "work_vnet_workers" {
  name                 = "workers"
  resource_group_name  = azurerm_resource_group.work.name
  virtual_network_name = azurerm_virtual_network.work_vnet.name
  address_prefixes     = ["10.30.2.0/24"]
}

resource "azurerm_private_dns_zone" "privatelink_blob_core_windows_net" {
  name                = "privatelink.blob.core.windows.net"
  resource_group_name = azurerm_resource_group.work.name
  tags = {
    linkspan = "storage-endpoint"
  }
}

resource "azurerm_private_endpoint" "reports_blob" {
  name                          = "reports-blob"
  resource_group_name           = azurerm_resource_group.work.name
  location                      = "westeurope"
  subnet_id                     = azurerm_subnet.work_vnet_endpoints.id
  custom_network_interface_name = "reports-blob-nic"
  tags = {
    linkspan = "storage-endpoint"
  }

  private_service_connection {
    name                           = "reports-blob"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/contosoreports"
    subresource_names              = ["blob"]
  }

  ip_configuration {
    name               = "ipconfig1"
    private_ip_address = "10.30.1.10"
    subresource_name   = "blob"
    member_name        = "blob"
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.privatelink_blob_core_windows_net.id]
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "privatelink_blob_core_windows_net_work_vnet" {
  name                  = "work-vnet"
  resource_group_name   = azurerm_resource_group.work.name
  private_dns_zone_name = azurerm_private_dns_zone.privatelink_blob_core_windows_net.name
  virtual_network_id    = azurerm_virtual_network.work_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "storage-endpoint"
  }
}
