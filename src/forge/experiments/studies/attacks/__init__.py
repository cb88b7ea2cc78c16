"""The study `attacks`: which attacks do agents learn?"""
