"""DynamoDB tables, one file for each: keys, indexes, and every conditional write under a name that says what it is for."""
