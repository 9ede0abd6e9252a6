# shapes, written by linkspan export.

variable "vmAdminPassword" {
  type      = string
  sensitive = true
}

# Subscription provider (22222222-2222-2222-2222-222222222222)

resource "azurerm_resource_group" "p" {
  provider = azurerm.provider
  name     = "P"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "spoke" {
  provider            = azurerm.provider
  name                = "Spoke"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  address_space       = ["10.7.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "spoke_default" {
  provider             = azurerm.provider
  name                 = "default"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.7.0.0/24"]
}

resource "azurerm_virtual_network_peering" "spoke_to_hub" {
  provider                     = azurerm.provider
  name                         = "to-hub"
  resource_group_name          = azurerm_resource_group.p.name
  virtual_network_name         = azurerm_virtual_network.spoke.name
  remote_virtual_network_id    = azurerm_virtual_network.hub.id
  allow_virtual_network_access = true
  allow_forwarded_traffic      = false
}

resource "azurerm_public_ip" "out_ip" {
  provider            = azurerm.provider
  name                = "out-ip"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  sku                 = "Standard"
  allocation_method   = "Static"
  ip_version          = "IPv4"
  zones               = ["1", "2", "3"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_application_security_group" "asg" {
  provider            = azurerm.provider
  name                = "asg"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_network_security_group" "nsg" {
  provider            = azurerm.provider
  name                = "nsg"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  tags = {
    linkspan = "shapes"
  }

  security_rule {
    name                       = "allow"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_address_prefix = "*"
    source_address_prefixes    = ["10.0.0.0/16", "10.7.0.0/16"]
    destination_port_ranges    = ["443", "8080-8090"]
  }
}

resource "azurerm_route_table" "routes" {
  provider                      = azurerm.provider
  name                          = "routes"
  resource_group_name           = azurerm_resource_group.p.name
  location                      = "westus2"
  bgp_route_propagation_enabled = false
  tags = {
    linkspan = "shapes"
  }

  route {
    name                   = "near"
    address_prefix         = "10.9.0.0/16"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = "10.0.2.9"
  }
}

# azurerm has no resource that is exactly a Microsoft.Storage/storageAccounts
resource "azapi_resource" "stlinkspan" {
  provider  = azapi.provider
  type      = "Microsoft.Storage/storageAccounts@2023-05-01"
  name      = "stlinkspan"
  parent_id = azurerm_resource_group.p.id
  location  = "westus2"
  body = {
    sku = {
      name = "Standard_LRS"
    }
    kind = "StorageV2"
    properties = {
      publicNetworkAccess = "Disabled"
    }
  }
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_private_dns_zone" "privatelink_blob_core_windows_net" {
  provider            = azurerm.provider
  name                = "privatelink.blob.core.windows.net"
  resource_group_name = azurerm_resource_group.p.name
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_nat_gateway" "natgw" {
  provider                = azurerm.provider
  name                    = "natgw"
  resource_group_name     = azurerm_resource_group.p.name
  location                = "westus2"
  sku_name                = "Standard"
  idle_timeout_in_minutes = 4
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_nat_gateway_public_ip_association" "natgw_0" {
  provider             = azurerm.provider
  nat_gateway_id       = azurerm_nat_gateway.natgw.id
  public_ip_address_id = azurerm_public_ip.out_ip.id
}

resource "azurerm_private_endpoint" "blob_pe" {
  provider            = azurerm.provider
  name                = "blob-PE"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  subnet_id           = azurerm_subnet.spoke_default.id
  tags = {
    linkspan = "shapes"
  }

  private_service_connection {
    name                           = "blob"
    is_manual_connection           = false
    private_connection_resource_id = azapi_resource.stlinkspan.id
    subresource_names              = ["blob"]
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.privatelink_blob_core_windows_net.id]
  }
}

resource "azurerm_private_dns_zone_virtual_network_link" "privatelink_blob_core_windows_net_spoke" {
  provider              = azurerm.provider
  name                  = "spoke"
  resource_group_name   = azurerm_resource_group.p.name
  private_dns_zone_name = azurerm_private_dns_zone.privatelink_blob_core_windows_net.name
  virtual_network_id    = azurerm_virtual_network.spoke.id
  registration_enabled  = false
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_virtual_network" "hub" {
  provider            = azurerm.provider
  name                = "Hub"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  address_space       = ["10.0.0.0/16"]
  tags = {
    linkspan = "shapes"
  }
}

resource "azurerm_subnet" "hub_nat" {
  provider             = azurerm.provider
  name                 = "nat"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet" "hub_out" {
  provider             = azurerm.provider
  name                 = "out"
  resource_group_name  = azurerm_resource_group.p.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "hub_out" {
  provider                  = azurerm.provider
  subnet_id                 = azurerm_subnet.hub_out.id
  network_security_group_id = azurerm_network_security_group.nsg.id
}

resource "azurerm_subnet_route_table_association" "hub_out" {
  provider       = azurerm.provider
  subnet_id      = azurerm_subnet.hub_out.id
  route_table_id = azurerm_route_table.routes.id
}

resource "azurerm_subnet_nat_gateway_association" "hub_out" {
  provider       = azurerm.provider
  subnet_id      = azurerm_subnet.hub_out.id
  nat_gateway_id = azurerm_nat_gateway.natgw.id
}

resource "azurerm_virtual_network_peering" "hub_to_spoke" {
  provider                     = azurerm.provider
  name                         = "to-spoke"
  resource_group_name          = azurerm_resource_group.p.name
  virtual_network_name         = azurerm_virtual_network.hub.name
  remote_virtual_network_id    = azurerm_virtual_network.spoke.id
  allow_virtual_network_access = true
  allow_forwarded_traffic      = false
}

resource "azurerm_lb" "lb" {
  provider            = azurerm.provider
  name                = "lb"
  resource_group_name = azurerm_resource_group.p.name
  location            = "westus2"
  sku                 = "Standard"
  tags = {
    linkspan = "shapes"
  }

  frontend_ip_configuration {
    name                          = "fe"
    subnet_id                     = azurerm_subnet.hub_out.id
    private_ip_address_allocation = "Dynamic"
    zones                         = ["1", "2", "3"]
  }
}

resource "azurerm_lb_backend_address_pool" "lb_be" {
  provider        = azurerm.provider
  name            = "be"
  loadbalancer_id = azurerm_lb.lb.id
}

resource "azurerm_lb_probe" "lb_tcp" {
  provider            = azurerm.provider
  name                = "tcp"
  loadbalancer_id     = azurerm_lb.lb.id
  protocol            = "Tcp"
  port                = 443
  interval_in_seconds = 5
  number_of_probes    = 1
  probe_threshold     = 1
}

resource "azurerm_lb_rule" "lb_https" {
  provider                       = azurerm.provider
  name                           = "https"
  loadbalancer_id                = azurerm_lb.lb.id
  frontend_ip_configuration_name = "fe"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.lb_be.id]
  probe_id                       = azurerm_lb_probe.lb_tcp.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  idle_timeout_in_minutes        = 30
  load_distribution              = "Default"
  floating_ip_enabled            = false
  tcp_reset_enabled              = true
  disable_outbound_snat          = true
}

resource "azurerm_network_interface" "nic" {
  provider              = azurerm.provider
  name                  = "nic"
  resource_group_name   = azurerm_resource_group.p.name
  location              = "westus2"
  ip_forwarding_enabled = true
  tags = {
    linkspan = "shapes"
  }

  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = azurerm_subnet.hub_out.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.2.9"
    primary                       = true
  }
}

resource "azurerm_network_interface_backend_address_pool_association" "nic_ipconfig1_0" {
  provider                = azurerm.provider
  network_interface_id    = azurerm_network_interface.nic.id
  ip_configuration_name   = "ipconfig1"
  backend_address_pool_id = azurerm_lb_backend_address_pool.lb_be.id
}

resource "azurerm_network_interface_application_security_group_association" "nic_ipconfig1_0" {
  provider                      = azurerm.provider
  network_interface_id          = azurerm_network_interface.nic.id
  application_security_group_id = azurerm_application_security_group.asg.id
}

resource "azurerm_linux_virtual_machine" "vm" {
  provider                        = azurerm.provider
  name                            = "vm"
  resource_group_name             = azurerm_resource_group.p.name
  location                        = "westus2"
  size                            = "Standard_B2s"
  network_interface_ids           = [azurerm_network_interface.nic.id]
  computer_name                   = "vm"
  admin_username                  = "azureuser"
  admin_password                  = var.vmAdminPassword
  disable_password_authentication = false
  tags = {
    linkspan = "shapes"
  }

  os_disk {
    caching              = "ReadOnly"
    storage_account_type = "Premium_LRS"
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }
}

# Subscription one (11111111-1111-1111-1111-111111111111)

resource "azurerm_resource_group" "a" {
  provider = azurerm.one
  name     = "A"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}

# Subscription two (33333333-3333-3333-3333-333333333333)

resource "azurerm_resource_group" "b" {
  provider = azurerm.two
  name     = "B"
  location = "westus2"
  tags = {
    linkspan = "shapes"
  }
}
