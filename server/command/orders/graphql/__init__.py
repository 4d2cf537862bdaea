"""Work orders as the officer's and the leader's app see them. Resolvers translate; they decide nothing."""
