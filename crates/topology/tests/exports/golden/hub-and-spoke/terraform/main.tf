# hub-and-spoke, written by linkspan export.
# privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
# privateEndpoints/Api-PE asks for a connection; the connection is approved at once.

# Subscription company (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "hub_resource_group" {
  provider = azurerm.company
  name     = "Hub"
  location = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_resource_group" "api" {
  provider = azurerm.company
  name     = "Api"
  location = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_application_security_group" "relays" {
  provider            = azurerm.company
  name                = "relays"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_public_ip" "way_out_ip" {
  provider            = azurerm.company
  name                = "WayOut-IP"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  sku                 = "Standard"
  allocation_method   = "Static"
  zones               = ["1", "2", "3"]
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_network_security_group" "nsg_api" {
  provider            = azurerm.company
  name                = "NSG-Api"
  resource_group_name = azurerm_resource_group.api.name
  location            = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
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

resource "azurerm_private_dns_zone" "api1449_azure_api_net_private_dns_zone" {
  provider            = azurerm.company
  name                = "api1449.azure-api.net"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_nat_gateway" "way_out" {
  provider                = azurerm.company
  name                    = "WayOut"
  resource_group_name     = azurerm_resource_group.hub_resource_group.name
  location                = "uksouth"
  sku_name                = "Standard"
  idle_timeout_in_minutes = 10
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_nat_gateway_public_ip_association" "way_out_0" {
  provider             = azurerm.company
  nat_gateway_id       = azurerm_nat_gateway.way_out.id
  public_ip_address_id = azurerm_public_ip.way_out_ip.id
}

resource "azurerm_network_security_group" "nsg_access" {
  provider            = azurerm.company
  name                = "NSG-Access"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }

  security_rule {
    name                                       = "AllowPrivateLink"
    priority                                   = 200
    direction                                  = "Inbound"
    access                                     = "Allow"
    protocol                                   = "Tcp"
    source_address_prefix                      = "10.0.1.0/24"
    source_port_range                          = "*"
    destination_port_range                     = "443"
    destination_application_security_group_ids = [azurerm_application_security_group.relays.id]
  }

  security_rule {
    name                                       = "AllowProbe"
    priority                                   = 210
    direction                                  = "Inbound"
    access                                     = "Allow"
    protocol                                   = "Tcp"
    source_address_prefix                      = "AzureLoadBalancer"
    source_port_range                          = "*"
    destination_port_range                     = "8080"
    destination_application_security_group_ids = [azurerm_application_security_group.relays.id]
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

# azurerm has no argument for this value of properties.virtualNetworkPeerings.properties.allowVirtualNetworkAccess
resource "azapi_resource" "spoke" {
  provider  = azapi.company
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Spoke"
  parent_id = azurerm_resource_group.api.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.1.0.0/16"]
      }
      subnets = [
        {
          name = "api"
          properties = {
            addressPrefix = "10.1.1.0/24"
            networkSecurityGroup = {
              id = azurerm_network_security_group.nsg_api.id
            }
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "Hub"
          properties = {
            remoteVirtualNetwork = {
              id = azapi_resource.hub_virtual_network.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

# azurerm has no argument for this value of properties.virtualNetworkPeerings.properties.allowVirtualNetworkAccess
resource "azapi_resource" "hub_virtual_network" {
  provider  = azapi.company
  type      = "Microsoft.Network/virtualNetworks@2024-03-01"
  name      = "Hub"
  parent_id = azurerm_resource_group.hub_resource_group.id
  location  = "uksouth"
  body = {
    properties = {
      addressSpace = {
        addressPrefixes = ["10.0.0.0/16"]
      }
      subnets = [
        {
          name = "access"
          properties = {
            addressPrefix = "10.0.1.0/24"
            networkSecurityGroup = {
              id = azurerm_network_security_group.nsg_access.id
            }
            natGateway = {
              id = azurerm_nat_gateway.way_out.id
            }
            privateLinkServiceNetworkPolicies = "Disabled"
            defaultOutboundAccess             = false
          }
        },
      ]
      virtualNetworkPeerings = [
        {
          name = "Spoke"
          properties = {
            remoteVirtualNetwork = {
              id = azapi_resource.spoke.id
            }
          }
        },
      ]
    }
  }
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_api_management" "api1449" {
  provider             = azurerm.company
  name                 = "api1449"
  resource_group_name  = azurerm_resource_group.api.name
  location             = "uksouth"
  sku_name             = "Developer_1"
  publisher_name       = "api1449"
  publisher_email      = "ops@example.com"
  virtual_network_type = "Internal"
  tags = {
    linkspan = "hub-and-spoke"
  }

  virtual_network_configuration {
    subnet_id = "${azapi_resource.spoke.id}/subnets/api"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "api1449_azure_api_net_spoke" {
  provider              = azurerm.company
  name                  = "Spoke"
  resource_group_name   = azurerm_resource_group.hub_resource_group.name
  private_dns_zone_name = azurerm_private_dns_zone.api1449_azure_api_net_private_dns_zone.name
  virtual_network_id    = azapi_resource.spoke.id
  registration_enabled  = false
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_lb" "access_lb" {
  provider            = azurerm.company
  name                = "AccessLB"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  sku                 = "Standard"
  tags = {
    linkspan = "hub-and-spoke"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = "${azapi_resource.hub_virtual_network.id}/subnets/access"
    private_ip_address            = "10.0.1.4"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "access_lb_backend" {
  provider        = azurerm.company
  name            = "backend"
  loadbalancer_id = azurerm_lb.access_lb.id
}

resource "azurerm_lb_probe" "access_lb_health" {
  provider            = azurerm.company
  name                = "health"
  loadbalancer_id     = azurerm_lb.access_lb.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "access_lb_tcp_443" {
  provider                       = azurerm.company
  name                           = "tcp-443"
  loadbalancer_id                = azurerm_lb.access_lb.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.access_lb_backend.id]
  probe_id                       = azurerm_lb_probe.access_lb_health.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_private_dns_zone_virtual_network_link" "api1449_azure_api_net_hub" {
  provider              = azurerm.company
  name                  = "Hub"
  resource_group_name   = azurerm_resource_group.hub_resource_group.name
  private_dns_zone_name = azurerm_private_dns_zone.api1449_azure_api_net_private_dns_zone.name
  virtual_network_id    = azapi_resource.hub_virtual_network.id
  registration_enabled  = false
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_private_dns_a_record" "api1449_azure_api_net_apex_record" {
  provider            = azurerm.company
  name                = "@"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  zone_name           = azurerm_private_dns_zone.api1449_azure_api_net_private_dns_zone.name
  ttl                 = 10
  records             = [azurerm_api_management.api1449.private_ip_addresses[0]]
}

resource "azurerm_network_interface" "relay_0_nic" {
  provider            = azurerm.company
  name                = "relay-0-nic"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = "${azapi_resource.hub_virtual_network.id}/subnets/access"
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.5"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_0_nic_ipconfig1_0" {
  provider                = azurerm.company
  network_interface_id    = azurerm_network_interface.relay_0_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.access_lb_backend.id
}

resource "azurerm_network_interface_application_security_group_association" "relay_0_nic_ipconfig1_0" {
  provider                      = azurerm.company
  network_interface_id          = azurerm_network_interface.relay_0_nic.id
  application_security_group_id = azurerm_application_security_group.relays.id
}

resource "azurerm_network_interface" "relay_1_nic" {
  provider            = azurerm.company
  name                = "relay-1-nic"
  resource_group_name = azurerm_resource_group.hub_resource_group.name
  location            = "uksouth"
  tags = {
    linkspan = "hub-and-spoke"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = "${azapi_resource.hub_virtual_network.id}/subnets/access"
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.6"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "relay_1_nic_ipconfig1_0" {
  provider                = azurerm.company
  network_interface_id    = azurerm_network_interface.relay_1_nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.access_lb_backend.id
}

resource "azurerm_network_interface_application_security_group_association" "relay_1_nic_ipconfig1_0" {
  provider                      = azurerm.company
  network_interface_id          = azurerm_network_interface.relay_1_nic.id
  application_security_group_id = azurerm_application_security_group.relays.id
}

resource "azurerm_private_link_service" "api_pls" {
  provider                                    = azurerm.company
  name                                        = "Api-PLS"
  resource_group_name                         = azurerm_resource_group.hub_resource_group.name
  location                                    = "uksouth"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.access_lb.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "hub-and-spoke"
  }
  depends_on = [azurerm_lb_rule.access_lb_tcp_443]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = "${azapi_resource.hub_virtual_network.id}/subnets/access"
    private_ip_address = "10.0.1.7"
  }
}

resource "azurerm_linux_virtual_machine" "relay_0" {
  provider                        = azurerm.company
  name                            = "relay-0"
  resource_group_name             = azurerm_resource_group.hub_resource_group.name
  location                        = "uksouth"
  zone                            = "1"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_0_nic.id]
  computer_name                   = "relay-0"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"api1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "hub-and-spoke"
  }
  depends_on = [
    azurerm_private_dns_a_record.api1449_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.api1449_azure_api_net_hub,
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
  provider                        = azurerm.company
  name                            = "relay-1"
  resource_group_name             = azurerm_resource_group.hub_resource_group.name
  location                        = "uksouth"
  zone                            = "2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.relay_1_nic.id]
  computer_name                   = "relay-1"
  admin_username                  = "azureuser"
  disable_password_authentication = true
  user_data                       = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"api1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
  tags = {
    linkspan = "hub-and-spoke"
  }
  depends_on = [
    azurerm_private_dns_a_record.api1449_azure_api_net_apex_record,
    azurerm_private_dns_zone_virtual_network_link.api1449_azure_api_net_hub,
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

resource "azurerm_resource_group" "partner_resource_group" {
  provider = azurerm.partner
  name     = "Partner"
  location = "westeurope"
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_virtual_network" "partner_virtual_network" {
  provider            = azurerm.partner
  name                = "Partner"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_subnet" "partner_virtual_network_shop" {
  provider             = azurerm.partner
  name                 = "shop"
  resource_group_name  = azurerm_resource_group.partner_resource_group.name
  virtual_network_name = azurerm_virtual_network.partner_virtual_network.name
  address_prefixes     = ["10.0.0.0/24"]
}

resource "azurerm_private_dns_zone" "api1449_azure_api_net_private_dns_zone_2" {
  provider            = azurerm.partner
  name                = "api1449.azure-api.net"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "api1449_azure_api_net_partner" {
  provider              = azurerm.partner
  name                  = "Partner"
  resource_group_name   = azurerm_resource_group.partner_resource_group.name
  private_dns_zone_name = azurerm_private_dns_zone.api1449_azure_api_net_private_dns_zone_2.name
  virtual_network_id    = azurerm_virtual_network.partner_virtual_network.id
  registration_enabled  = false
  tags = {
    linkspan = "hub-and-spoke"
  }
}

resource "azurerm_private_endpoint" "api_pe" {
  provider            = azurerm.partner
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
    private_connection_resource_id = azurerm_private_link_service.api_pls.id
  }
}

resource "azurerm_private_dns_a_record" "api1449_azure_api_net_apex_record_2" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.partner_resource_group.name
  zone_name           = azurerm_private_dns_zone.api1449_azure_api_net_private_dns_zone_2.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.api_pe.private_service_connection[0].private_ip_address,
  ]
}
