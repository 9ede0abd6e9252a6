# sql-on-premises, written by linkspan export.
# privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
# privateEndpoints/sql-pe asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "hub_rg" {
  provider = azurerm.provider
  name     = "hub-rg"
  location = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_network_security_group" "relays_nsg" {
  provider            = azurerm.provider
  name                = "relays-nsg"
  resource_group_name = azurerm_resource_group.hub_rg.name
  location            = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }

  security_rule {
    name                       = "AllowPrivateLink-1433"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.0.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.0.1.0/24"
    destination_port_range     = "1433"
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

resource "azurerm_virtual_network" "hub_vnet" {
  provider            = azurerm.provider
  name                = "hub-vnet"
  resource_group_name = azurerm_resource_group.hub_rg.name
  location            = "uksouth"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_subnet" "hub_vnet_gateway_subnet" {
  provider             = azurerm.provider
  name                 = "GatewaySubnet"
  resource_group_name  = azurerm_resource_group.hub_rg.name
  virtual_network_name = azurerm_virtual_network.hub_vnet.name
  address_prefixes     = ["10.0.0.0/27"]
}

resource "azurerm_subnet" "hub_vnet_relays" {
  provider                                      = azurerm.provider
  name                                          = "relays"
  resource_group_name                           = azurerm_resource_group.hub_rg.name
  virtual_network_name                          = azurerm_virtual_network.hub_vnet.name
  address_prefixes                              = ["10.0.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet_network_security_group_association" "hub_vnet_relays" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.hub_vnet_relays.id
  network_security_group_id = azurerm_network_security_group.relays_nsg.id
}

resource "azurerm_lb" "sql_lb" {
  provider            = azurerm.provider
  name                = "sql-lb"
  resource_group_name = azurerm_resource_group.hub_rg.name
  location            = "uksouth"
  sku                 = "Standard"
  tags = {
    linkspan = "sql-on-premises"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = azurerm_subnet.hub_vnet_relays.id
    private_ip_address            = "10.0.1.6"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "sql_lb_backend" {
  provider        = azurerm.provider
  name            = "backend"
  loadbalancer_id = azurerm_lb.sql_lb.id
}

resource "azurerm_lb_probe" "sql_lb_health" {
  provider            = azurerm.provider
  name                = "health"
  loadbalancer_id     = azurerm_lb.sql_lb.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "sql_lb_tcp_1433" {
  provider                       = azurerm.provider
  name                           = "tcp-1433"
  loadbalancer_id                = azurerm_lb.sql_lb.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.sql_lb_backend.id]
  probe_id                       = azurerm_lb_probe.sql_lb_health.id
  protocol                       = "Tcp"
  frontend_port                  = 1433
  backend_port                   = 1433
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_network_interface" "relay_0_nic" {
  provider            = azurerm.provider
  name                = "relay-0-nic"
  resource_group_name = azurerm_resource_group.hub_rg.name
  location            = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.hub_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.4"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_0_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_0_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.sql_lb_backend.id
}

resource "azurerm_network_interface" "relay_1_nic" {
  provider            = azurerm.provider
  name                = "relay-1-nic"
  resource_group_name = azurerm_resource_group.hub_rg.name
  location            = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.hub_vnet_relays.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.5"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_1_nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.relay_1_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.sql_lb_backend.id
}

resource "azurerm_private_link_service" "sql_pls" {
  provider                                    = azurerm.provider
  name                                        = "sql-pls"
  resource_group_name                         = azurerm_resource_group.hub_rg.name
  location                                    = "uksouth"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.sql_lb.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "sql-on-premises"
  }
  depends_on = [azurerm_lb_rule.sql_lb_tcp_1433]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.hub_vnet_relays.id
    private_ip_address = "10.0.1.7"
  }
}

resource "azurerm_linux_virtual_machine" "relay_0" {
  provider                        = azurerm.provider
  name                            = "relay-0"
  resource_group_name             = azurerm_resource_group.hub_rg.name
  location                        = "uksouth"
  zone                            = "1"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_0_nic.id]
  computer_name                   = "relay-0"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:1433\",\"to\":[\"10.9.0.10:1433\",\"10.9.0.11:1433\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "sql-on-premises"
  }

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
  resource_group_name             = azurerm_resource_group.hub_rg.name
  location                        = "uksouth"
  zone                            = "2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_1_nic.id]
  computer_name                   = "relay-1"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:1433\",\"to\":[\"10.9.0.10:1433\",\"10.9.0.11:1433\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "sql-on-premises"
  }

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

resource "azurerm_resource_group" "reporting_rg" {
  provider = azurerm.partner
  name     = "reporting-rg"
  location = "uksouth"
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_virtual_network" "reporting_vnet" {
  provider            = azurerm.partner
  name                = "reporting-vnet"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  location            = "uksouth"
  address_space       = ["10.9.0.0/16"]
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_subnet" "reporting_vnet_work" {
  provider             = azurerm.partner
  name                 = "work"
  resource_group_name  = azurerm_resource_group.reporting_rg.name
  virtual_network_name = azurerm_virtual_network.reporting_vnet.name
  address_prefixes     = ["10.9.0.0/24"]
}

resource "azurerm_private_dns_zone" "sql_corp_example_com" {
  provider            = azurerm.partner
  name                = "sql.corp.example.com"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  tags = {
    linkspan = "sql-on-premises"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "sql_corp_example_com_reporting_vnet" {
  provider              = azurerm.partner
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
  provider            = azurerm.partner
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
    private_connection_resource_id = azurerm_private_link_service.sql_pls.id
  }
}

resource "azurerm_private_dns_a_record" "sql_corp_example_com_apex" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.reporting_rg.name
  zone_name           = azurerm_private_dns_zone.sql_corp_example_com.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.sql_pe.private_service_connection[0].private_ip_address,
  ]
}
