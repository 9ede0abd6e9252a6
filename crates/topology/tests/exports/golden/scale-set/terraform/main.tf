# scale-set, written by linkspan export.
# privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
# privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "private_apim" {
  provider = azurerm.provider
  name     = "PrivateAPIM"
  location = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_network_security_group" "apim_nsg" {
  provider            = azurerm.provider
  name                = "apim-nsg"
  resource_group_name = azurerm_resource_group.private_apim.name
  location            = "uksouth"
  tags = {
    linkspan = "scale-set"
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
  resource_group_name = azurerm_resource_group.private_apim.name
  location            = "uksouth"
  tags = {
    linkspan = "scale-set"
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

resource "azurerm_private_dns_zone" "apim1449_azure_api_net_private_dns_zone" {
  provider            = azurerm.provider
  name                = "apim1449.azure-api.net"
  resource_group_name = azurerm_resource_group.private_apim.name
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_virtual_network" "main_net" {
  provider            = azurerm.provider
  name                = "MainNet"
  resource_group_name = azurerm_resource_group.private_apim.name
  location            = "uksouth"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_subnet" "main_net_relays" {
  provider                                      = azurerm.provider
  name                                          = "relays"
  resource_group_name                           = azurerm_resource_group.private_apim.name
  virtual_network_name                          = azurerm_virtual_network.main_net.name
  address_prefixes                              = ["10.0.1.0/24"]
  private_link_service_network_policies_enabled = false
}

resource "azurerm_subnet_network_security_group_association" "main_net_relays" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.main_net_relays.id
  network_security_group_id = azurerm_network_security_group.relays_nsg.id
}

resource "azurerm_subnet" "main_net_apim" {
  provider             = azurerm.provider
  name                 = "apim"
  resource_group_name  = azurerm_resource_group.private_apim.name
  virtual_network_name = azurerm_virtual_network.main_net.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "main_net_apim" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.main_net_apim.id
  network_security_group_id = azurerm_network_security_group.apim_nsg.id
}

resource "azurerm_api_management" "apim1449" {
  provider             = azurerm.provider
  name                 = "apim1449"
  resource_group_name  = azurerm_resource_group.private_apim.name
  location             = "uksouth"
  sku_name             = "Developer_1"
  publisher_name       = "apim1449"
  publisher_email      = "ops@example.com"
  virtual_network_type = "Internal"
  tags = {
    linkspan = "scale-set"
  }
  depends_on = [azurerm_subnet_network_security_group_association.main_net_apim]

  virtual_network_configuration {
    subnet_id = azurerm_subnet.main_net_apim.id
  }
}

resource "azurerm_lb" "relays_lb" {
  provider            = azurerm.provider
  name                = "relays-lb"
  resource_group_name = azurerm_resource_group.private_apim.name
  location            = "uksouth"
  sku                 = "Standard"
  tags = {
    linkspan = "scale-set"
  }

  frontend_ip_configuration {
    name                          = "frontend"
    subnet_id                     = azurerm_subnet.main_net_relays.id
    private_ip_address            = "10.0.1.4"
    private_ip_address_allocation = "Static"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "relays_lb_backend" {
  provider        = azurerm.provider
  name            = "backend"
  loadbalancer_id = azurerm_lb.relays_lb.id
}

resource "azurerm_lb_probe" "relays_lb_health" {
  provider            = azurerm.provider
  name                = "health"
  loadbalancer_id     = azurerm_lb.relays_lb.id
  protocol            = "Http"
  port                = 8080
  request_path        = "/healthz"
  interval_in_seconds = 5
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "relays_lb_tcp_443" {
  provider                       = azurerm.provider
  name                           = "tcp-443"
  loadbalancer_id                = azurerm_lb.relays_lb.id
  frontend_ip_configuration_name = "frontend"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.relays_lb_backend.id]
  probe_id                       = azurerm_lb_probe.relays_lb_health.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 4
  tcp_reset_enabled              = true
}

resource "azurerm_private_dns_zone_virtual_network_link" "apim1449_azure_api_net_main_net" {
  provider              = azurerm.provider
  name                  = "MainNet"
  resource_group_name   = azurerm_resource_group.private_apim.name
  private_dns_zone_name = azurerm_private_dns_zone.apim1449_azure_api_net_private_dns_zone.name
  virtual_network_id    = azurerm_virtual_network.main_net.id
  registration_enabled  = false
  tags = {
    linkspan = "scale-set"
  }
}

# azurerm has no resource that is exactly a Microsoft.Compute/virtualMachineScaleSets
resource "azapi_resource" "relays" {
  provider  = azapi.provider
  type      = "Microsoft.Compute/virtualMachineScaleSets@2024-07-01"
  name      = "relays"
  parent_id = azurerm_resource_group.private_apim.id
  location  = "uksouth"
  body = {
    sku = {
      name     = "Standard_B2s"
      tier     = "Standard"
      capacity = 3
    }
    zones = ["1", "2", "3"]
    properties = {
      orchestrationMode = "Uniform"
      upgradePolicy = {
        mode = "Rolling"
      }
      virtualMachineProfile = {
        osProfile = {
          computerNamePrefix = "relays"
          adminUsername      = "azureuser"
          linuxConfiguration = {
            disablePasswordAuthentication = true
            ssh = {
              publicKeys = [
                {
                  path    = "/home/azureuser/.ssh/authorized_keys"
                  keyData = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
                },
              ]
            }
          }
        }
        storageProfile = {
          imageReference = {
            publisher = "Canonical"
            offer     = "ubuntu-24_04-lts"
            sku       = "server"
            version   = "latest"
          }
          osDisk = {
            createOption = "FromImage"
            deleteOption = "Delete"
            managedDisk = {
              storageAccountType = "StandardSSD_LRS"
            }
          }
        }
        networkProfile = {
          healthProbe = {
            id = azurerm_lb_probe.relays_lb_health.id
          }
          networkInterfaceConfigurations = [
            {
              name = "relays-nic"
              properties = {
                primary = true
                ipConfigurations = [
                  {
                    name = "ipconfig1"
                    properties = {
                      subnet = {
                        id = azurerm_subnet.main_net_relays.id
                      }
                      primary = true
                      loadBalancerBackendAddressPools = [
                        {
                          id = azurerm_lb_backend_address_pool.relays_lb_backend.id
                        },
                      ]
                    }
                  },
                ]
              }
            },
          ]
        }
        userData = base64encode("{\"version\":1,\"listeners\":[{\"listen\":\"0.0.0.0:443\",\"to\":[\"apim1449.azure-api.net:443\"]}],\"health\":{\"listen\":\"0.0.0.0:8080\",\"path\":\"/healthz\"},\"drainSeconds\":30}")
      }
    }
  }
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_private_link_service" "apim_pls" {
  provider                                    = azurerm.provider
  name                                        = "APIM-PLS"
  resource_group_name                         = azurerm_resource_group.private_apim.name
  location                                    = "uksouth"
  load_balancer_frontend_ip_configuration_ids = ["${azurerm_lb.relays_lb.id}/frontendIPConfigurations/frontend"]
  visibility_subscription_ids                 = ["11111111-1111-1111-1111-111111111111"]
  auto_approval_subscription_ids              = ["11111111-1111-1111-1111-111111111111"]
  tags = {
    linkspan = "scale-set"
  }
  depends_on = [azurerm_lb_rule.relays_lb_tcp_443]

  nat_ip_configuration {
    name               = "nat-0"
    primary            = true
    subnet_id          = azurerm_subnet.main_net_relays.id
    private_ip_address = "10.0.1.5"
  }
}

resource "azurerm_private_dns_a_record" "apim1449_azure_api_net_apex_record" {
  provider            = azurerm.provider
  name                = "@"
  resource_group_name = azurerm_resource_group.private_apim.name
  zone_name           = azurerm_private_dns_zone.apim1449_azure_api_net_private_dns_zone.name
  ttl                 = 10
  records             = [azurerm_api_management.apim1449.private_ip_addresses[0]]
}

# Subscription partner (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "apim" {
  provider = azurerm.partner
  name     = "APIM"
  location = "uksouth"
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_virtual_network" "external" {
  provider            = azurerm.partner
  name                = "External"
  resource_group_name = azurerm_resource_group.apim.name
  location            = "uksouth"
  address_space       = ["192.168.0.0/16"]
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_subnet" "external_default" {
  provider             = azurerm.partner
  name                 = "default"
  resource_group_name  = azurerm_resource_group.apim.name
  virtual_network_name = azurerm_virtual_network.external.name
  address_prefixes     = ["192.168.0.0/24"]
}

resource "azurerm_private_dns_zone" "apim1449_azure_api_net_private_dns_zone_2" {
  provider            = azurerm.partner
  name                = "apim1449.azure-api.net"
  resource_group_name = azurerm_resource_group.apim.name
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "apim1449_azure_api_net_external" {
  provider              = azurerm.partner
  name                  = "External"
  resource_group_name   = azurerm_resource_group.apim.name
  private_dns_zone_name = azurerm_private_dns_zone.apim1449_azure_api_net_private_dns_zone_2.name
  virtual_network_id    = azurerm_virtual_network.external.id
  registration_enabled  = false
  tags = {
    linkspan = "scale-set"
  }
}

resource "azurerm_private_endpoint" "apim_pe" {
  provider            = azurerm.partner
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
    private_connection_resource_id = azurerm_private_link_service.apim_pls.id
  }
}

resource "azurerm_private_dns_a_record" "apim1449_azure_api_net_apex_record_2" {
  provider            = azurerm.partner
  name                = "@"
  resource_group_name = azurerm_resource_group.apim.name
  zone_name           = azurerm_private_dns_zone.apim1449_azure_api_net_private_dns_zone_2.name
  ttl                 = 10
  records = [
    azurerm_private_endpoint.apim_pe.private_service_connection[0].private_ip_address,
  ]
}
