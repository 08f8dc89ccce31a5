"""What people read: pages, mails and short messages, in Indonesian and English. Imports nothing but the ground."""
