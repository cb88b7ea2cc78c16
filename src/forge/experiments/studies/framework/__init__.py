"""What every study is made of: needs, measurements, a store, a conductor."""
