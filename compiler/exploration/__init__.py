"""What a network costs over many settings of chips: a row each, with figures or with the rule that refuses it."""
