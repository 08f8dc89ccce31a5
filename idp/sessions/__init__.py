"""Sessions at the provider, the devices they live on, and the authorization requests that wait for a person."""
