"""Login and logout pages. The way back (`next`) stays on this site; failures are counted by axes."""

from django.contrib.auth.views import LoginView, LogoutView


class Login(LoginView):
    """Ask for name and password; who is logged in already goes on."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class Logout(LogoutView):
    """End the session; by POST only."""
