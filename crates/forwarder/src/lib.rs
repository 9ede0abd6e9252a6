//! The relay between a load balancer and a private service.
