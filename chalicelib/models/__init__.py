"""DynamoDB tables, one file a table: keys, indexes, and every conditional write, named by intent."""
