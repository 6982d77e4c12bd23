"""Where the tables of search lie."""

from sqlalchemy import MetaData

tables = MetaData(schema="search_v3")
