terraform {
  required_version = ">= 1.9"

  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = "~> 2.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.55"
    }
  }
}

provider "azapi" {
  alias           = "company"
  subscription_id = "22222222-2222-2222-2222-222222222222"
}

provider "azurerm" {
  alias           = "company"
  subscription_id = "22222222-2222-2222-2222-222222222222"

  features {}
}

provider "azurerm" {
  alias           = "partner"
  subscription_id = "11111111-1111-1111-1111-111111111111"

  features {}
}
