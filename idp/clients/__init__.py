"""Relying parties: what they are, what they may, how they prove who they are, and how we call them."""
