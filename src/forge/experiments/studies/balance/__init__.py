"""The study `balance`: does the grown world keep what is asked of it?"""
