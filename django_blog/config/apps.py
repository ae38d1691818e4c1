"""Puts a site of our own in the place of the admin's."""

from django.contrib.admin.apps import AdminConfig


class BlogAdminConfig(AdminConfig):
    default_site = "accounts.sites.BlogAdminSite"
