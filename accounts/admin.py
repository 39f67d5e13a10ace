"""People, departments and memberships, for administrators. Cases and evidence have a history: no editing here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import Department, Membership, User


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """The departments of a person."""

    model = Membership
    extra = 1


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People who log in; sign-up is closed, so they are made here."""

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    list_filter = ("is_active", "is_staff")
    readonly_fields = ("joined_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("name", "language", "time_zone")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    inlines = (MembershipInline,)


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Departments."""

    list_display = ("name", "code", "tells_of_cases", "tells_of_issues")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012  (Django's own form of this option)
