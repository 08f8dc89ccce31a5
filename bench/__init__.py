"""Load measurements of Gerbang beside npm oidc-provider, on one machine, in one interleaved run. See README.md."""
