"""在岗, 值班, 交接: who is on duty and where, who watches the platform, what one shift hands to the next."""
