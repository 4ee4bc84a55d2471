"""What a customer will be worth: models of purchases and spend, fitted on grouped histories."""
