"""The study `niches`: do populations come to use different places?"""
