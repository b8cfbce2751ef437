"""The mailboxes and other channels through which customers write, and mail to them."""
