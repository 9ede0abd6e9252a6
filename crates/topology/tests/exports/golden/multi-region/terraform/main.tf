# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "orders_weu_rg" {
  provider = azurerm.provider
  name     = "orders-weu-rg"
  location = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_resource_group" "orders_neu_rg" {
  provider = azurerm.provider
  name     = "orders-neu-rg"
  location = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_network_security_group" "apim_neu_nsg" {
  provider            = azurerm.provider
  name                = "apim-neu-nsg"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  tags = {
    linkspan = "multi-region"
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

resource "azurerm_network_security_group" "apim_weu_nsg" {
  provider            = azurerm.provider
  name                = "apim-weu-nsg"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "multi-region"
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

resource "azurerm_network_security_group" "relays_neu_nsg" {
  provider            = azurerm.provider
  name                = "relays-neu-nsg"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  tags = {
    linkspan = "multi-region"
  }

  security_rule {
    name                       = "AllowPrivateLink-443"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.4.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.4.1.0/24"
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
    destination_address_prefix = "10.4.1.0/24"
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

resource "azurerm_network_security_group" "relays_weu_nsg" {
  provider            = azurerm.provider
  name                = "relays-weu-nsg"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "multi-region"
  }

  security_rule {
    name                       = "AllowPrivateLink-443"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.0.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.0.1.0/24"
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
    destination_address_prefix = "10.0.1.0/24"
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

resource "azurerm_private_dns_zone" "orders_weu_azure_api_net_private_dns_zone" {
  provider            = azurerm.provider
  name                = "orders-weu.azure-api.net"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone" "orders_neu_azure_api_net_private_dns_zone" {
  provider            = azurerm.provider
  name                = "orders-neu.azure-api.net"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_virtual_network" "orders_weu_vnet" {
  provider            = azurerm.provider
  name                = "orders-weu-vnet"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "orders_weu_vnet_relays" {
  provider                                      = azurerm.provider
  name                                          = "relays"
  resource_group_name                           = azurerm_resource_group.orders_weu_rg.name
  virtual_network_name                          = azurerm_virtual_network.orders_weu_vnet.name
  address_prefixes                              = ["10.0.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet_network_security_group_association" "orders_weu_vnet_relays" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.orders_weu_vnet_relays.id
  network_security_group_id = azurerm_network_security_group.relays_weu_nsg.id
}

resource "azurerm_subnet" "orders_weu_vnet_apim" {
  provider             = azurerm.provider
  name                 = "apim"
  resource_group_name  = azurerm_resource_group.orders_weu_rg.name
  virtual_network_name = azurerm_virtual_network.orders_weu_vnet.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "orders_weu_vnet_apim" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.orders_weu_vnet_apim.id
  network_security_group_id = azurerm_network_security_group.apim_weu_nsg.id
}

resource "azurerm_virtual_network" "orders_neu_vnet" {
  provider            = azurerm.provider
  name                = "orders-neu-vnet"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  address_space       = ["10.4.0.0/16"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "orders_neu_vnet_relays" {
  provider                                      = azurerm.provider
  name                                          = "relays"
  resource_group_name                           = azurerm_resource_group.orders_neu_rg.name
  virtual_network_name                          = azurerm_virtual_network.orders_neu_vnet.name
  address_prefixes                              = ["10.4.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet_network_security_group_association" "orders_neu_vnet_relays" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.orders_neu_vnet_relays.id
  network_security_group_id = azurerm_network_security_group.relays_neu_nsg.id
}

resource "azurerm_subnet" "orders_neu_vnet_apim" {
  provider             = azurerm.provider
  name                 = "apim"
  resource_group_name  = azurerm_resource_group.orders_neu_rg.name
  virtual_network_name = azurerm_virtual_network.orders_neu_vnet.name
  address_prefixes     = ["10.4.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "orders_neu_vnet_apim" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.orders_neu_vnet_apim.id
  network_security_group_id = azurerm_network_security_group.apim_neu_nsg.id
}

resource "azurerm_api_management" "orders_weu" {
  provider             = azurerm.provider
  name                 = "orders-weu"
  resource_group_name  = azurerm_resource_group.orders_weu_rg.name
  location             = "westeurope"
  sku_name             = "Premium_3"
  zones                = ["1", "2", "3"]
  publisher_name       = "orders-weu"
  publisher_email      = "ops@example.com"
  virtual_network_type = "Internal"
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [azurerm_subnet_network_security_group_association.orders_weu_vnet_apim]

  virtual_network_configuration {
    subnet_id = azurerm_subnet.orders_weu_vnet_apim.id
  }
}

resource "azurerm_api_management" "orders_neu" {
  provider             = azurerm.provider
  name                 = "orders-neu"
  resource_group_name  = azurerm_resource_group.orders_neu_rg.name
  location             = "northeurope"
  sku_name             = "Premium_3"
  zones                = ["1", "2", "3"]
  publisher_name       = "orders-neu"
  publisher_email      = "ops@example.com"
  virtual_network_type = "Internal"
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [azurerm_subnet_network_security_group_association.orders_neu_vnet_apim]

  virtual_network_configuration {
    subnet_id = azurerm_subnet.orders_neu_vnet_apim.id
  }
}

resource "azurerm_lb" "lb_weu" {
  provider            = azurerm.provider
  name                = "lb-weu"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  sku                 = "Standard"
  tags = {
    linkspan = "multi-region"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = azurerm_subnet.orders_weu_vnet_relays.id
    private_ip_address            = "10.0.1.6"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "lb_weu_backend" {
  provider        = azurerm.provider
  name            = "backend"
  loadbalancer_id = azurerm_lb.lb_weu.id
}

resource "azurerm_lb_probe" "lb_weu_health" {
  provider            = azurerm.provider
  name                = "health"
  loadbalancer_id     = azurerm_lb.lb_weu.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "lb_weu_tcp_443" {
  provider                       = azurerm.provider
  name                           = "tcp-443"
  loadbalancer_id                = azurerm_lb.lb_weu.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.lb_weu_backend.id]
  probe_id                       = azurerm_lb_probe.lb_weu_health.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_lb" "lb_neu" {
  provider            = azurerm.provider
  name                = "lb-neu"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  sku                 = "Standard"
  tags = {
    linkspan = "multi-region"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = azurerm_subnet.orders_neu_vnet_relays.id
    private_ip_address            = "10.4.1.6"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "lb_neu_backend" {
  provider        = azurerm.provider
  name            = "backend"
  loadbalancer_id = azurerm_lb.lb_neu.id
}

resource "azurerm_lb_probe" "lb_neu_health" {
  provider            = azurerm.provider
  name                = "health"
  loadbalancer_id     = azurerm_lb.lb_neu.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "lb_neu_tcp_443" {
  provider                       = azurerm.provider
  name                           = "tcp-443"
  loadbalancer_id                = azurerm_lb.lb_neu.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.lb_neu_backend.id]
  probe_id                       = azurerm_lb_probe.lb_neu_health.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_weu_azure_api_net_orders_weu_vnet" {
  provider              = azurerm.provider
  name                  = "orders-weu-vnet"
  resource_group_name   = azurerm_resource_group.orders_weu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_weu_azure_api_net_private_dns_zone.name
  virtual_network_id    = azurerm_virtual_network.orders_weu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_neu_azure_api_net_orders_neu_vnet" {
  provider              = azurerm.provider
  name                  = "orders-neu-vnet"
  resource_group_name   = azurerm_resource_group.orders_neu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_neu_azure_api_net_private_dns_zone.name
  virtual_network_id    = azurerm_virtual_network.orders_neu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_network_interface" "relay_weu_0_nic" {
  provider            = azurerm.provider
  name                = "relay-weu-0-nic"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "multi-region"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.orders_weu_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.4"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_weu_0_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_weu_0_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.lb_weu_backend.id
}

resource "azurerm_network_interface" "relay_weu_1_nic" {
  provider            = azurerm.provider
  name                = "relay-weu-1-nic"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  location            = "westeurope"
  tags = {
    linkspan = "multi-region"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.orders_weu_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.5"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_weu_1_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_weu_1_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.lb_weu_backend.id
}

resource "azurerm_network_interface" "relay_neu_0_nic" {
  provider            = azurerm.provider
  name                = "relay-neu-0-nic"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  tags = {
    linkspan = "multi-region"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.orders_neu_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.4.1.4"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_neu_0_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_neu_0_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.lb_neu_backend.id
}

resource "azurerm_network_interface" "relay_neu_1_nic" {
  provider            = azurerm.provider
  name                = "relay-neu-1-nic"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  location            = "northeurope"
  tags = {
    linkspan = "multi-region"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.orders_neu_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.4.1.5"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_neu_1_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_neu_1_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.lb_neu_backend.id
}

resource "azurerm_private_link_service" "pls_weu" {
  provider                                    = azurerm.provider
  name                                        = "pls-weu"
  resource_group_name                         = azurerm_resource_group.orders_weu_rg.name
  location                                    = "westeurope"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.lb_weu.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [azurerm_lb_rule.lb_weu_tcp_443]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.orders_weu_vnet_relays.id
    private_ip_address = "10.0.1.7"
  }
}

resource "azurerm_private_link_service" "pls_neu" {
  provider                                    = azurerm.provider
  name                                        = "pls-neu"
  resource_group_name                         = azurerm_resource_group.orders_neu_rg.name
  location                                    = "northeurope"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.lb_neu.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [azurerm_lb_rule.lb_neu_tcp_443]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.orders_neu_vnet_relays.id
    private_ip_address = "10.4.1.7"
  }
}

resource "azurerm_private_dns_a_record" "orders_weu_azure_api_net_apex_record" {
  provider            = azurerm.provider
  name                = "@"
  resource_group_name = azurerm_resource_group.orders_weu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_weu_azure_api_net_private_dns_zone.name
  ttl                 = 10
  records             = [azurerm_api_management.orders_weu.private_ip_addresses[0]]
}

resource "azurerm_private_dns_a_record" "orders_neu_azure_api_net_apex_record" {
  provider            = azurerm.provider
  name                = "@"
  resource_group_name = azurerm_resource_group.orders_neu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_neu_azure_api_net_private_dns_zone.name
  ttl                 = 10
  records             = [azurerm_api_management.orders_neu.private_ip_addresses[0]]
}

resource "azurerm_linux_virtual_machine" "relay_weu_0" {
  provider                        = azurerm.provider
  name                            = "relay-weu-0"
  resource_group_name             = azurerm_resource_group.orders_weu_rg.name
  location                        = "westeurope"
  zone                            = "1"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_weu_0_nic.id]
  computer_name                   = "relay-weu-0"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-weu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_weu_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_weu_azure_api_net_orders_weu_vnet,
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

resource "azurerm_linux_virtual_machine" "relay_weu_1" {
  provider                        = azurerm.provider
  name                            = "relay-weu-1"
  resource_group_name             = azurerm_resource_group.orders_weu_rg.name
  location                        = "westeurope"
  zone                            = "2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_weu_1_nic.id]
  computer_name                   = "relay-weu-1"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-weu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_weu_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_weu_azure_api_net_orders_weu_vnet,
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

resource "azurerm_linux_virtual_machine" "relay_neu_0" {
  provider                        = azurerm.provider
  name                            = "relay-neu-0"
  resource_group_name             = azurerm_resource_group.orders_neu_rg.name
  location                        = "northeurope"
  zone                            = "1"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_neu_0_nic.id]
  computer_name                   = "relay-neu-0"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-neu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_neu_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_neu_azure_api_net_orders_neu_vnet,
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

resource "azurerm_linux_virtual_machine" "relay_neu_1" {
  provider                        = azurerm.provider
  name                            = "relay-neu-1"
  resource_group_name             = azurerm_resource_group.orders_neu_rg.name
  location                        = "northeurope"
  zone                            = "2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_neu_1_nic.id]
  computer_name                   = "relay-neu-1"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"orders-neu.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "multi-region"
  }
  depends_on = [
    azurerm_private_dns_a_record.orders_neu_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.orders_neu_azure_api_net_orders_neu_vnet,
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

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "client_weu_rg" {
  provider = azurerm.partner
  name     = "client-weu-rg"
  location = "westeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_resource_group" "client_neu_rg" {
  provider = azurerm.partner
  name     = "client-neu-rg"
  location = "northeurope"
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_virtual_network" "client_weu_vnet" {
  provider            = azurerm.partner
  name                = "client-weu-vnet"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  location            = "westeurope"
  address_space       = ["192.168.0.0/17"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "client_weu_vnet_work" {
  provider             = azurerm.partner
  name                 = "work"
  resource_group_name  = azurerm_resource_group.client_weu_rg.name
  virtual_network_name = azurerm_virtual_network.client_weu_vnet.name
  address_prefixes     = ["192.168.0.0/24"]
}

resource "azurerm_virtual_network" "client_neu_vnet" {
  provider            = azurerm.partner
  name                = "client-neu-vnet"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  location            = "northeurope"
  address_space       = ["192.168.128.0/17"]
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_subnet" "client_neu_vnet_work" {
  provider             = azurerm.partner
  name                 = "work"
  resource_group_name  = azurerm_resource_group.client_neu_rg.name
  virtual_network_name = azurerm_virtual_network.client_neu_vnet.name
  address_prefixes     = ["192.168.128.0/24"]
}

resource "azurerm_private_dns_zone" "orders_weu_azure_api_net_private_dns_zone_2" {
  provider            = azurerm.partner
  name                = "orders-weu.azure-api.net"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone" "orders_neu_azure_api_net_private_dns_zone_2" {
  provider            = azurerm.partner
  name                = "orders-neu.azure-api.net"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_weu_azure_api_net_client_weu_vnet" {
  provider              = azurerm.partner
  name                  = "client-weu-vnet"
  resource_group_name   = azurerm_resource_group.client_weu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_weu_azure_api_net_private_dns_zone_2.name
  virtual_network_id    = azurerm_virtual_network.client_weu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "orders_neu_azure_api_net_client_neu_vnet" {
  provider              = azurerm.partner
  name                  = "client-neu-vnet"
  resource_group_name   = azurerm_resource_group.client_neu_rg.name
  private_dns_zone_name = azurerm_private_dns_zone.orders_neu_azure_api_net_private_dns_zone_2.name
  virtual_network_id    = azurerm_virtual_network.client_neu_vnet.id
  registration_enabled  = false
  tags = {
    linkspan = "multi-region"
  }
}

resource "azurerm_private_endpoint" "pe_weu" {
  provider            = azurerm.partner
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
    private_connection_resource_id = azurerm_private_link_service.pls_weu.id
  }
}

resource "azurerm_private_endpoint" "pe_neu" {
  provider            = azurerm.partner
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
    private_connection_resource_id = azurerm_private_link_service.pls_neu.id
  }
}

resource "azurerm_private_dns_a_record" "orders_weu_azure_api_net_apex_record_2" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.client_weu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_weu_azure_api_net_private_dns_zone_2.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.pe_weu.private_service_connection[0].private_ip_address,
  ]
}

resource "azurerm_private_dns_a_record" "orders_neu_azure_api_net_apex_record_2" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.client_neu_rg.name
  zone_name           = azurerm_private_dns_zone.orders_neu_azure_api_net_private_dns_zone_2.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.pe_neu.private_service_connection[0].private_ip_address,
  ]
}
