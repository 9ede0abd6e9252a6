# two-consumers-overlapping, written by linkspan export.
# privateEndpoints/orders-contoso (contoso) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-contoso asks for a connection; the connection is approved at once.
# privateEndpoints/orders-fabrikam (fabrikam) needs from the provider: the id or the alias of privateLinkServices/orders-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-rg/providers/Microsoft.Network/privateLinkServices/orders-pls.
# privateEndpoints/orders-fabrikam asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "orders_rg" {
  provider = azurerm.provider
  name     = "orders-rg"
  location = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_network_security_group" "apim_nsg" {
  provider            = azurerm.provider
  name                = "apim-nsg"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  security_rule {
    name                       = "AllowApiManagement-3443"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "ApiManagement"
    source_port_range          = "*"
    destination_address_prefix = "VirtualNetwork"
    destination_port_range     = "3443"
  }

  security_rule {
    name                       = "AllowAzureLoadBalancer-6390"
    priority                   = 210
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "AzureLoadBalancer"
    source_port_range          = "*"
    destination_address_prefix = "VirtualNetwork"
    destination_port_range     = "6390"
  }
}

resource "azurerm_network_security_group" "relays_nsg" {
  provider            = azurerm.provider
  name                = "relays-nsg"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  security_rule {
    name                       = "AllowPrivateLink-443"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.1.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.1.1.0/24"
    destination_port_range     = "443"
  }

  security_rule {
    name                       = "AllowProbe-8080"
    priority                   = 210
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "AzureLoadBalancer"
    source_port_range          = "*"
    destination_address_prefix = "10.1.1.0/24"
    destination_port_range     = "8080"
  }

  security_rule {
    name                       = "DenyVirtualNetwork"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "VirtualNetwork"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}

resource "azurerm_private_dns_zone" "orders_azure_api_net_private_dns_zone" {
  provider            = azurerm.provider
  name                = "orders.azure-api.net"
  resource_group_name = azurerm_resource_group.orders_rg.name
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_virtual_network" "provider_vnet" {
  provider            = azurerm.provider
  name                = "provider-vnet"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_subnet" "provider_vnet_relays" {
  provider                                      = azurerm.provider
  name                                          = "relays"
  resource_group_name                           = azurerm_resource_group.orders_rg.name
  virtual_network_name                          = azurerm_virtual_network.provider_vnet.name
  address_prefixes                              = ["10.1.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet_network_security_group_association" "provider_vnet_relays" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.provider_vnet_relays.id
  network_security_group_id = azurerm_network_security_group.relays_nsg.id
}

resource "azurerm_subnet" "provider_vnet_apim" {
  provider             = azurerm.provider
  name                 = "apim"
  resource_group_name  = azurerm_resource_group.orders_rg.name
  virtual_network_name = azurerm_virtual_network.provider_vnet.name
  address_prefixes     = ["10.1.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "provider_vnet_apim" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.provider_vnet_apim.id
  network_security_group_id = azurerm_network_security_group.apim_nsg.id
}

resource "azurerm_api_management" "orders" {
  provider             = azurerm.provider
  name                 = "orders"
  resource_group_name  = azurerm_resource_group.orders_rg.name
  location             = "westeurope"
  sku_name             = "Developer_1"
  publisher_name       = "orders"
  publisher_email      = "ops@example.com"
  virtual_network_type = "Internal"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [azurerm_subnet_network_security_group_association.provider_vnet_apim]

  virtual_network_configuration {
    subnet_id = azurerm_subnet.provider_vnet_apim.id
  }
}

resource "azurerm_lb" "orders_lb" {
  provider            = azurerm.provider
  name                = "orders-lb"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  sku                 = "Standard"
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = azurerm_subnet.provider_vnet_relays.id
    private_ip_address            = "10.1.1.6"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "orders_lb_backend" {
  provider        = azurerm.provider
  name            = "backend"
  loadbalancer_id = azurerm_lb.orders_lb.id
}

resource "azurerm_lb_probe" "orders_lb_health" {
  provider            = azurerm.provider
  name                = "health"
  loadbalancer_id     = azurerm_lb.orders_lb.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "orders_lb_tcp_443" {
  provider                       = azurerm.provider
  name                           = "tcp-443"
  loadbalancer_id                = azurerm_lb.orders_lb.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.orders_lb_backend.id]
  probe_id                       = azurerm_lb_probe.orders_lb_health.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_azure_api_net_provider_vnet" {
  provider              = azurerm.provider
  name                  = "provider-vnet"
  resource_group_name   = azurerm_resource_group.orders_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone.name
  virtual_network_id    = azurerm_virtual_network.provider_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_network_interface" "relay_0_nic" {
  provider            = azurerm.provider
  name                = "relay-0-nic"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.provider_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.1.1.4"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_0_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_0_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.orders_lb_backend.id
}

resource "azurerm_network_interface" "relay_1_nic" {
  provider            = azurerm.provider
  name                = "relay-1-nic"
  resource_group_name = azurerm_resource_group.orders_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.provider_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.1.1.5"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_1_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_1_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.orders_lb_backend.id
}

resource "azurerm_private_link_service" "orders_pls" {
  provider                                    = azurerm.provider
  name                                        = "orders-pls"
  resource_group_name                         = azurerm_resource_group.orders_rg.name
  location                                    = "westeurope"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.orders_lb.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"]
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [azurerm_lb_rule.orders_lb_tcp_443]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.provider_vnet_relays.id
    private_ip_address = "10.1.1.7"
  }
}

resource "azurerm_private_dns_a_record" "orders_azure_api_net_apex_record" {
  provider            = azurerm.provider
  name                = "@"
  resource_group_name = azurerm_resource_group.orders_rg.name
  zone_name           = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone.name
  ttl                 = 10
  records             = [azurerm_api_management.orders.private_ip_addresses[0]]
}

resource "azurerm_linux_virtual_machine" "relay_0" {
  provider                        = azurerm.provider
  name                            = "relay-0"
  resource_group_name             = azurerm_resource_group.orders_rg.name
  location                        = "westeurope"
  zone                            = "1"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_0_nic.id]
  computer_name                   = "relay-0"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_azure_api_net_provider_vnet,
  ]

  admin_ssh_key {
    username   = "azureuser"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
  }

  os_disk {
    caching              = "None"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }
}

resource "azurerm_linux_virtual_machine" "relay_1" {
  provider                        = azurerm.provider
  name                            = "relay-1"
  resource_group_name             = azurerm_resource_group.orders_rg.name
  location                        = "westeurope"
  zone                            = "2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_1_nic.id]
  computer_name                   = "relay-1"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "two-consumers-overlapping"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_azure_api_net_provider_vnet,
  ]

  admin_ssh_key {
    username   = "azureuser"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
  }

  os_disk {
    caching              = "None"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }
}

# Subscription contoso (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "contoso_rg" {
  provider = azurerm.contoso
  name     = "contoso-rg"
  location = "westeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_virtual_network" "contoso_vnet" {
  provider            = azurerm.contoso
  name                = "contoso-vnet"
  resource_group_name = azurerm_resource_group.contoso_rg.name
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_subnet" "contoso_vnet_work" {
  provider             = azurerm.contoso
  name                 = "work"
  resource_group_name  = azurerm_resource_group.contoso_rg.name
  virtual_network_name = azurerm_virtual_network.contoso_vnet.name
  address_prefixes     = ["10.1.1.0/24"]
}

resource "azurerm_private_dns_zone" "orders_azure_api_net_private_dns_zone_2" {
  provider            = azurerm.contoso
  name                = "orders.azure-api.net"
  resource_group_name = azurerm_resource_group.contoso_rg.name
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_azure_api_net_contoso_vnet" {
  provider              = azurerm.contoso
  name                  = "contoso-vnet"
  resource_group_name   = azurerm_resource_group.contoso_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone_2.name
  virtual_network_id    = azurerm_virtual_network.contoso_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_private_endpoint" "orders_contoso" {
  provider            = azurerm.contoso
  name                = "orders-contoso"
  resource_group_name = azurerm_resource_group.contoso_rg.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.contoso_vnet_work.id
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  private_service_connection {
    name                           = "orders-contoso"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_private_link_service.orders_pls.id
  }
}

resource "azurerm_private_dns_a_record" "orders_azure_api_net_apex_record_2" {
  provider            = azurerm.contoso
  name                = "@"
  resource_group_name = azurerm_resource_group.contoso_rg.name
  zone_name           = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone_2.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.orders_contoso.private_service_connection[0].private_ip_address,
  ]
}

# Subscription fabrikam (33333333-3333-3333-3333-333333333333)

resource "azurerm_resource_group" "fabrikam_rg" {
  provider = azurerm.fabrikam
  name     = "fabrikam-rg"
  location = "northeurope"
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_virtual_network" "fabrikam_vnet" {
  provider            = azurerm.fabrikam
  name                = "fabrikam-vnet"
  resource_group_name = azurerm_resource_group.fabrikam_rg.name
  location            = "northeurope"
  address_space       = ["10.1.0.0/16"]
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_subnet" "fabrikam_vnet_work" {
  provider             = azurerm.fabrikam
  name                 = "work"
  resource_group_name  = azurerm_resource_group.fabrikam_rg.name
  virtual_network_name = azurerm_virtual_network.fabrikam_vnet.name
  address_prefixes     = ["10.1.1.0/24"]
}

resource "azurerm_private_dns_zone" "orders_azure_api_net_private_dns_zone_3" {
  provider            = azurerm.fabrikam
  name                = "orders.azure-api.net"
  resource_group_name = azurerm_resource_group.fabrikam_rg.name
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_azure_api_net_fabrikam_vnet" {
  provider              = azurerm.fabrikam
  name                  = "fabrikam-vnet"
  resource_group_name   = azurerm_resource_group.fabrikam_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone_3.name
  virtual_network_id    = azurerm_virtual_network.fabrikam_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "two-consumers-overlapping"
  }
}

resource "azurerm_private_endpoint" "orders_fabrikam" {
  provider            = azurerm.fabrikam
  name                = "orders-fabrikam"
  resource_group_name = azurerm_resource_group.fabrikam_rg.name
  location            = "northeurope"
  subnet_id           = azurerm_subnet.fabrikam_vnet_work.id
  tags = {
    linkspan = "two-consumers-overlapping"
  }

  private_service_connection {
    name                           = "orders-fabrikam"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_private_link_service.orders_pls.id
  }
}

resource "azurerm_private_dns_a_record" "orders_azure_api_net_apex_record_3" {
  provider            = azurerm.fabrikam
  name                = "@"
  resource_group_name = azurerm_resource_group.fabrikam_rg.name
  zone_name           = azurerm_private_dns_zone.orders_azure_api_net_private_dns_zone_3.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.orders_fabrikam.private_service_connection[0].private_ip_address,
  ]
}
