"""gateway: a bank's payment gateway. No person signs in: it acts for itself, with client credentials."""
