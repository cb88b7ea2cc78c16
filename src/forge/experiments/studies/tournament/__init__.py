"""The study `tournament`: do larger populations make more capable agents?"""
