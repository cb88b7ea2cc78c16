"""The study `learning`: how soon do populations learn to live?"""
